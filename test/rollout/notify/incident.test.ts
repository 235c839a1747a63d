import { expect, test } from "vitest";
import type { JournalEntry } from "../../../rollout/core/journal.ts";
import { messagesOf } from "../../../rollout/notify/incident.ts";
import type { Incident, IncidentAudience, RolloutInIt } from "../../../rollout/notify/incident-model.ts";
import { incidentText } from "../../../rollout/notify/incident-text.ts";
import { rolloutInIt } from "../../../rollout/notify/rollout-in-it.ts";
import { BEGUN, baking, rolledBack } from "../view/example.ts";

const MINUTE = 60_000;
const startedAt = Date.UTC(2026, 10, 21, 12, 0);
const incident = (over: Partial<Incident> = {}): Incident => ({
  stack: "stack-of-ours",
  domain: "beta.example.com",
  severity: "P1",
  startedAt,
  now: startedAt + 10 * MINUTE,
  rollout: undefined,
  ...over,
});
const due = (of: Incident) =>
  messagesOf(of).map(({ audience, kind, dueAt }) => [
    audience,
    kind,
    dueAt === null ? null : (dueAt - startedAt) / MINUTE,
  ]);

test("P1: team at once, status page and key customers in 5 minutes, everybody in 30, updates every 30", () => {
  const minutes = due(incident());
  expect(minutes.filter(([, kind]) => kind === "first")).toEqual([
    ["team", "first", 0],
    ["customers", "first", 5],
    ["customers", "first", 5],
    ["management", "first", 30],
    ["customers", "first", 30],
  ]);
  expect(minutes.filter(([audience, kind]) => audience === "customers" && kind === "update")).toEqual(
    [35, 65, 95].map((at) => ["customers", "update", at]),
  );
  expect(minutes.slice(-6).map(([, kind, at]) => [kind, at])).toEqual(
    ["resolved", "summary", "resolved", "summary", "resolved", "summary"].map((kind) => [kind, null]),
  );
});

test("later on the updates are those that are due now and next", () => {
  const minutes = due(incident({ now: startedAt + 100 * MINUTE }));
  expect(minutes.filter(([audience, kind]) => audience === "team" && kind === "update")).toEqual(
    [90, 120, 150].map((at) => ["team", "update", at]),
  );
});

test("what is promised is kept: each next update is one of the updates", () => {
  for (const severity of ["P1", "P2"] as const) {
    const texts = messagesOf(incident({ severity }), "customers");
    const times = texts.filter(({ kind }) => kind === "update").map(({ dueAt }) => stamp(dueAt!));
    for (const { text } of texts.filter(({ kind }) => kind === "first"))
      expect(times).toContain(/Next update by (\d\d:\d\d) UTC/.exec(text)![1]);
  }
});

test.each([
  ["P2", 120, 3],
  ["P3", 1440, 0],
  ["P4", undefined, 0],
] as const)(
  "%s: customers hear within %s minutes, then %i updates are planned",
  (severity, first, updates) => {
    const own = messagesOf(incident({ severity }), "customers");
    expect(own.find(({ kind }) => kind === "first")?.dueAt).toBe(first && startedAt + first * MINUTE);
    expect(own.filter(({ kind }) => kind === "update")).toHaveLength(updates);
  },
);

test("customers read neither names nor addresses nor causes of ours, whatever the journal says", () => {
  const nasty: RolloutInIt = {
    rollout: "green-7",
    stable: "blue",
    candidate: "green",
    percent: 25,
    reason: "postgres://app:hunter2@10.0.3.7:5432 ECONNREFUSED AKIAABCDEFGHIJKLMNOP",
    withdrawn: undefined,
  };
  for (const severity of ["P1", "P2", "P3", "P4"] as const) {
    const plain = messagesOf(incident({ severity, stack: "x" }), "customers");
    expect(messagesOf(incident({ severity, rollout: nasty }), "customers")).toEqual(plain);
    expect(messagesOf(incident({ severity, rollout: { unknown: nasty.reason! } }), "customers")).toEqual(
      plain,
    );
  }
  for (const by of ["the gates", "a person", "the controller"] as const) {
    const withdrawn = { ...nasty, withdrawn: { at: startedAt + 4 * MINUTE, by, hadUsers: true } };
    const told = toldOf(withdrawn, "customers");
    expect(told).toContain(". We have been watching it since 12:04 UTC.");
    expect(told).not.toMatch(/green|blue|hunter2|10\.0|AKIA|stack-of-ours|rollout /);
  }
  const team = toldOf(nasty, "team");
  expect(team).toContain("with 25 % of the users on green");
  expect(team).toContain("ECONNREFUSED");
  expect(team).not.toMatch(/hunter2|AKIA/);
});

test("customers hear of a version what is true: who took it back, and whether they had it", () => {
  const at = startedAt + 4 * MINUTE;
  const release = { rollout: "g", stable: "blue", candidate: "green", percent: 0, reason: "ana asked" };
  const told = (by: "the gates" | "a person", hadUsers: boolean, audience: IncidentAudience) =>
    toldOf({ ...release, withdrawn: { at, by, hadUsers } }, audience);
  expect(told("the gates", true, "customers")).toContain(
    "A new version caused problems for a share of requests. It was withdrawn at once.",
  );
  const asked = told("a person", true, "customers");
  expect(asked).toContain("We have taken a new version back: everybody is on the version before it.");
  expect(asked).not.toContain("caused problems");
  expect(told("a person", false, "customers")).toEqual(toldOf(undefined, "customers"));
  const team = told("a person", false, "team");
  expect(team).toContain("g was taken back by a person before any user was on it: all are on blue.");
  expect(team).not.toContain("Back at once");
});

test("the journal tells which rollout is in it", () => {
  expect(rolloutInIt([], startedAt)).toBeUndefined();
  expect(rolloutInIt(baking, BEGUN + 150_000)).toMatchObject({ percent: 25, withdrawn: undefined });
  expect(rolloutInIt(rolledBack, BEGUN + 150_000)).toMatchObject({
    percent: 0,
    withdrawn: { at: BEGUN + 162_000, by: "the controller", hadUsers: true },
    reason: expect.stringContaining("worse than stable"),
  });
  // It was over before.
  expect(rolloutInIt(rolledBack, BEGUN + 600_000)).toBeUndefined();
  // It never had users.
  const untouched: JournalEntry[] = [
    ...rolledBack.slice(0, 10),
    { kind: "rollback", reason: "smoke", at: BEGUN + 11_000, by: "x" },
    { kind: "verified", weights: { blue: 100 }, at: BEGUN + 12_000, by: "x" },
  ];
  expect(rolloutInIt(untouched, BEGUN)).toMatchObject({
    withdrawn: { at: BEGUN + 12_000, by: "the controller", hadUsers: false },
  });
});

test("the page says what is late and what is next", () => {
  const text = incidentText(incident());
  expect(text).toMatch(
    /^P1 on stack-of-ours: the service is down.*\nBegan 2026-11-21 12:00 UTC, 10 min ago\. Answer by 2026-11-21 12:30 UTC \(in 20 min\)/,
  );
  expect(text).toContain(
    "first, to status page, by 2026-11-21 12:05 UTC (was due 5 min ago: now, unless it was sent):",
  );
  expect(text).not.toMatch(/NaN|undefined|null/);
  expect(incidentText(incident({ severity: "P3", now: startedAt + 1440 * MINUTE }))).toContain(
    "2026-11-21 12:00 UTC",
  );
});

function toldOf(rollout: RolloutInIt | undefined, audience: IncidentAudience): string {
  return messagesOf(incident({ rollout }), audience)
    .map(({ text }) => text)
    .join("\n");
}

function stamp(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}
