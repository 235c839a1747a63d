import { describe, expect, test } from "vitest";
import { DAY_MS } from "../../../rollout/check/about.ts";
import { type AlarmFacts, judgeAlarms } from "../../../rollout/check/checks/alarms.ts";
import { judgeBackups } from "../../../rollout/check/checks/backups.ts";
import { judgeCapacity } from "../../../rollout/check/checks/capacity.ts";
import { judgeDisk } from "../../../rollout/check/checks/disk.ts";
import { judgeDrill } from "../../../rollout/check/checks/drill.ts";
import { judgeDns } from "../../../rollout/check/checks/entrance/dns.ts";
import { judgePorts, type PortFacts } from "../../../rollout/check/checks/entrance/ports.ts";
import { judgeFlags } from "../../../rollout/check/checks/flags.ts";
import { judgeDatabase, judgeHealth } from "../../../rollout/check/checks/health.ts";
import { judgeMigrations } from "../../../rollout/check/checks/migrations.ts";
import { judgeQuotas } from "../../../rollout/check/checks/quotas.ts";
import { judgeRollback, rollbacksIn } from "../../../rollout/check/checks/rollback.ts";
import { judgeSecrets, strengthOf } from "../../../rollout/check/checks/secrets.ts";
import { judgeSmoke } from "../../../rollout/check/checks/smoke.ts";
import { lastDrill } from "../../../rollout/check/drills.ts";
import type { Finding } from "../../../rollout/check/finding.ts";
import type { JournalEntry, Note } from "../../../rollout/core/journal.ts";
import type { DrillRecord } from "../../../rollout/drill/record.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;

/** Of what fails and of what is unknown: something is to be done. */
function found(finding: Finding): [status: string, evidence: string] {
  expect(finding.whatToDo === "").toBe(finding.status === "pass");
  return [finding.status, finding.evidence];
}

test("dns: the name leads to the balancer and nowhere else", () => {
  const dns = {
    name: "beta.example.com",
    balancer: "alb.example.net",
    balancerAddresses: ["192.0.2.1", "192.0.2.2"],
  };
  expect(found(judgeDns({ ...dns, addresses: ["192.0.2.2"] }))).toEqual([
    "pass",
    "beta.example.com is 192.0.2.2, the balancer's own",
  ]);
  expect(found(judgeDns({ ...dns, addresses: [] }))).toEqual(["fail", "beta.example.com has no address"]);
  expect(found(judgeDns({ ...dns, addresses: ["192.0.2.1", "198.51.100.9"] }))[0]).toBe("fail");
});

test("ports: open where the firewall says, and nowhere else", () => {
  const ports: PortFacts[] = [
    { what: "port 80", expected: "redirects", found: "redirects" },
    { what: "port 443", expected: "serves", found: "serves" },
    { what: "port 5432", expected: "closed", found: "silent" },
    { what: "port 6379", expected: "closed", found: "refused" },
  ];
  const but = (index: number, found: PortFacts["found"]) => ports.with(index, { ...ports[index]!, found });
  expect(found(judgePorts(ports))).toEqual([
    "pass",
    "port 80 redirects, port 443 serves; 2 other ports closed from here",
  ]);
  expect(found(judgePorts(but(2, "open")))).toEqual(["fail", "reachable, and must not be: port 5432 open"]);
  expect(found(judgePorts(but(0, "serves")))[0]).toBe("fail");
  expect(found(judgePorts(but(1, "refused")))[0]).toBe("fail");
  expect(found(judgePorts(but(3, "not asked")))[0]).toBe("unknown");
});

describe("secrets", () => {
  test.each([
    ["", 0],
    ["a".repeat(64), 0],
    ["changeme", 22],
    ["password1234567890password123456", 44],
  ])("%j is weak", (text, bits) => {
    expect(strengthOf(text)).toEqual({ length: text.length, bits });
    expect(found(judgeSecrets([{ name: "key", strength: strengthOf(text) }], NOW))[0]).toBe("fail");
  });

  test("32 random letters and digits are strong, and never shown", () => {
    const text = "Zk3v9QmXw27TfLbR8sHdYc5NgPaJ4uEt";
    const finding = judgeSecrets([{ name: "key", strength: strengthOf(text), changedAt: NOW - DAY_MS }], NOW);
    expect(found(finding)).toEqual(["pass", expect.stringMatching(/^key 1[3-6]\d bits$/)]);
    expect(JSON.stringify(finding)).not.toContain(text);
  });

  test("fail when one is missing, or a year old", () => {
    const strength = { length: 64, bits: 300 };
    expect(found(judgeSecrets([{ name: "key", strength: undefined }], NOW))).toEqual([
      "fail",
      "missing: key",
    ]);
    const old = { name: "key", strength, changedAt: NOW - 400 * DAY_MS };
    expect(found(judgeSecrets([old], NOW))).toEqual(["fail", "key is 400 days old"]);
    expect(found(judgeSecrets([], NOW))[0]).toBe("fail");
  });
});

test("backups: as fresh as the plan says", () => {
  const facts = (hours: number) => ({
    everyHours: 6,
    newest: { id: "b7", at: NOW - hours * HOUR },
    command: "make",
  });
  expect(found(judgeBackups(facts(7), NOW))).toEqual([
    "pass",
    "the newest, b7, is 7 h old; one is due every 6 h",
  ]);
  expect(found(judgeBackups(facts(9), NOW))[0]).toBe("fail");
  expect(found(judgeBackups({ everyHours: 6, newest: undefined, command: "make" }, NOW))).toEqual([
    "fail",
    "there is no complete backup",
  ]);
  const corrupt = { ...facts(1), problems: ["b7: its files are damaged"] };
  expect(found(judgeBackups(corrupt, NOW))).toEqual(["fail", "b7: its files are damaged"]);
});

test("restore: drilled with success this month", () => {
  const drill = { passed: true, at: NOW - 3 * DAY_MS, detail: "RTO 41 s" };
  const judge = (drill: Parameters<typeof judgeDrill>[0]) => found(judgeDrill(drill, NOW, "beta", "aws"));
  expect(judge(drill)).toEqual(["pass", "restored 3 days ago: RTO 41 s"]);
  expect(judge({ ...drill, passed: false })[0]).toBe("fail");
  expect(judge({ ...drill, at: NOW - 40 * DAY_MS })[0]).toBe("fail");
  expect(judge(undefined)).toEqual(["fail", "no restore was ever tested"]);
});

test("restore: a drill that couldn't look at everything neither passes nor takes an earlier one back", () => {
  const record = (id: string, outcome: DrillRecord["outcome"]) =>
    ({ id, drill: "restore", outcome, checks: [], figures: {}, endedAt: NOW }) as unknown as DrillRecord;
  const last = (...outcomes: DrillRecord["outcome"][]) =>
    lastDrill(outcomes.map((outcome, index) => record(`${index}`, outcome)));
  expect(last("passed", "incomplete")).toMatchObject({ passed: true, detail: "0 passed" });
  expect(last("passed", "failed", "incomplete")).toMatchObject({ passed: false, detail: "1 failed" });
  expect(last("incomplete")).toMatchObject({ passed: false, detail: "0 incomplete" });
  expect(last()).toBeUndefined();
});

describe("alarms", () => {
  const ann = { protocol: "email", endpoint: "ann@example.com", confirmed: true };
  const good: AlarmFacts = {
    alarms: [
      { name: "errors", topics: ["arn:p1"], enabled: true },
      { name: "part", topics: [], enabled: true },
      { name: "down", topics: ["arn:p1"], enabled: true, parts: ["part"] },
      { name: "state", topics: [], enabled: true, parts: ["errors"] },
    ],
    topics: { "arn:p1": [ann] },
  };

  test("reach a person who confirmed, by themselves or through another", () => {
    expect(found(judgeAlarms(good))).toEqual(["pass", "4 alarms, 1 topics, 1 subscriptions, all confirmed"]);
  });

  test.each<[what: string, change: Partial<AlarmFacts>, evidence: string]>([
    [
      "one that tells nobody",
      { alarms: [...good.alarms, { name: "mute", topics: [], enabled: true }] },
      "tell nobody: mute",
    ],
    ["one that is off", { alarms: [{ ...good.alarms[0]!, enabled: false }] }, "switched off: errors"],
    ["a topic of nobody", { topics: {} }, "nobody hears of p1"],
    [
      "a subscriber who hasn't confirmed",
      { topics: { "arn:p1": [{ ...ann, confirmed: false }] } },
      "ann@example.com hasn't confirmed p1",
    ],
    ["none at all", { alarms: [] }, "the stack has no alarms"],
  ])("fail for %s", (_, change, evidence) => {
    expect(found(judgeAlarms({ ...good, ...change }))).toEqual(["fail", evidence]);
  });

  test("fail for a number that SNS's sandbox sends nothing to", () => {
    const sms = { protocol: "sms", endpoint: "+12025550123", confirmed: true };
    const facts = { ...good, topics: { "arn:p1": [ann, sms] } };
    expect(found(judgeAlarms({ ...facts, smsOnlyTo: [] }))).toEqual([
      "fail",
      "no SMS reaches +12025550123: the account is in the sandbox of SNS",
    ]);
    expect(found(judgeAlarms({ ...facts, smsOnlyTo: ["+12025550123"] }))[0]).toBe("pass");
    expect(found(judgeAlarms(facts))[0]).toBe("pass");
  });

  test("are unknown where nobody can tell who confirmed", () => {
    expect(found(judgeAlarms({ ...good, topics: { "arn:p1": [{ ...ann, confirmed: undefined }] } }))[0]).toBe(
      "unknown",
    );
  });
});

test("flags: the last deployment wasn't taken back", () => {
  const last = { number: 3, version: "7", state: "complete", why: "" } as const;
  expect(found(judgeFlags(last, "beta"))).toEqual(["pass", "deployment 3 of version 7 is complete"]);
  expect(found(judgeFlags({ ...last, state: "under way" }, "beta"))[0]).toBe("pass");
  expect(found(judgeFlags({ ...last, state: "rolled back", why: "beta-blue-state rang" }, "beta"))).toEqual([
    "fail",
    "deployment 3 of version 7 was rolled back: beta-blue-state rang",
  ]);
  expect(found(judgeFlags(undefined, "beta"))).toEqual(["fail", "no flags were ever deployed"]);
});

test("capacity: every share of the plan", () => {
  const one = { track: "green", share: 100, asked: 1, healthy: 1, need: 2, most: 2, enough: false };
  expect(found(judgeCapacity([one], "beta"))).toEqual(["fail", "green has 1 healthy servers, 100 % needs 2"]);
  expect(found(judgeCapacity([{ ...one, share: 50, need: 1, enough: true }], "beta"))).toEqual([
    "pass",
    "green 1 healthy, enough for 50 %",
  ]);
});

test("capacity: an idle candidate's servers come with its rollout, but those that it has must be well", () => {
  const one = {
    track: "green",
    share: 100,
    asked: 1,
    healthy: 1,
    need: 2,
    most: 2,
    enough: false,
    idle: true,
  };
  expect(found(judgeCapacity([one], "beta"))).toEqual(["pass", "green 1 healthy, a rollout brings 2"]);
  expect(found(judgeCapacity([{ ...one, healthy: 0 }], "beta"))[0]).toBe("fail");
  // It may not have them: the rollout would stop at that step.
  expect(found(judgeCapacity([{ ...one, most: 1 }], "beta"))[0]).toBe("fail");
});

test("health, database and migrations, from what each track says", () => {
  const ok = { track: "blue", status: 200, said: "ok", parts: { database: true } };
  expect(found(judgeHealth([ok], "beta"))[0]).toBe("pass");
  expect(found(judgeHealth([{ ...ok, status: 503 }], "beta"))).toEqual(["fail", "blue: /health answers 503"]);
  expect(found(judgeDatabase([ok]))[0]).toBe("pass");
  expect(found(judgeDatabase([{ ...ok, parts: { database: false } }]))[0]).toBe("fail");
  expect(found(judgeDatabase([{ ...ok, parts: {} }]))[0]).toBe("unknown");
  expect(found(judgeMigrations([ok], []))[0]).toBe("pass");
  expect(found(judgeMigrations([ok, { ...ok, track: "green", status: 503, said: "starting" }], []))[0]).toBe(
    "fail",
  );
  expect(found(judgeMigrations([{ track: "blue", status: 200, parts: {} }], []))[0]).toBe("unknown");
  expect(
    found(judgeMigrations([{ track: "blue", status: 200, parts: {} }], ["npm", "run", "migrate"])),
  ).toEqual(["pass", "done: `npm run migrate` ended before blue served"]);
});

test("disk, quotas and smoke tests", () => {
  expect(found(judgeDisk([{ what: "disk", usedPercent: 90, tooFull: true }]))).toEqual([
    "fail",
    "disk 90 % used",
  ]);
  expect(found(judgeDisk([{ what: "disk", tooFull: false }]))).toEqual(["pass", "disk fine"]);
  expect(found(judgeDisk([{ what: "disk", tooFull: undefined }]))[0]).toBe("unknown");
  expect(found(judgeQuotas([{ name: "vCPUs", need: 12, limit: 5 }]))).toEqual(["fail", "vCPUs: 12 of 5"]);
  expect(found(judgeQuotas([{ name: "vCPUs", need: 4, limit: 5 }]))[0]).toBe("pass");
  expect(found(judgeQuotas([{ name: "vCPUs", need: 4, limit: undefined }]))[0]).toBe("unknown");
  const bad = { passed: false, details: ["health: 200", "page: FAILED, 500"] };
  expect(found(judgeSmoke([{ way: "blue", result: bad }], "beta", "aws"))).toEqual([
    "fail",
    "blue: page: FAILED, 500",
  ]);
});

describe("rollback", () => {
  const journal = (...notes: Note[]): JournalEntry[] => notes.map((note, at) => ({ ...note, at, by: "me" }));
  const begin: Note = {
    kind: "begin",
    rollout: "green-1",
    stable: "blue",
    candidate: "green",
    plan: {} as never,
  };
  const tested: Note[] = [
    { kind: "intent", id: 1, act: { do: "smoke", track: "green" } },
    { kind: "done", id: 1, result: { passed: true, details: [], version: "aaaa" } },
  ];
  const weights = (green: number): Note => ({ kind: "verified", weights: { blue: 100 - green, green } });
  const back: Note = { kind: "rollback", reason: "asked for" };

  test("counts once the tested version had traffic, and the balancer was seen to give it none", () => {
    expect(rollbacksIn(journal(begin, ...tested, weights(10), back, weights(0)))).toEqual([
      { rollout: "green-1", version: "aaaa", at: 6 - 1 },
    ]);
  });

  test.each<[what: string, notes: Note[]]>([
    ["before there was traffic", [begin, ...tested, back, weights(0)]],
    ["that wasn't seen to arrive", [begin, ...tested, weights(10), back]],
    ["of what was never tested", [begin, weights(10), back, weights(0)]],
    ["that a new rollout cut short", [begin, ...tested, weights(10), back, begin, weights(0)]],
  ])("doesn't count %s", (_, notes) => {
    expect(rollbacksIn(journal(...notes))).toEqual([]);
  });

  test("must have been of this very version", () => {
    const rehearsed = [{ rollout: "green-1", version: "aaaa", at: NOW - 5 * HOUR }];
    const judge = (version: string) =>
      found(judgeRollback({ candidate: "green", version, rehearsed }, "beta", NOW));
    expect(judge("aaaa")).toEqual(["pass", "aaaa was taken back 5 h ago, in green-1"]);
    expect(judge("bbbb")).toEqual([
      "fail",
      "no rollback of green's version bbbb was rehearsed (only of aaaa)",
    ]);
  });
});
