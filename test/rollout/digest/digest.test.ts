import { expect, test } from "vitest";
import { digestOf } from "../../../rollout/digest/digest.ts";
import { asked } from "../../../rollout/digest/fact.ts";
import { periodBefore, periodUntil } from "../../../rollout/digest/period.ts";
import { releasesIn } from "../../../rollout/digest/releases.ts";
import { documentOf } from "../../../rollout/digest/render/digest.ts";
import { markdown } from "../../../rollout/digest/render/markdown.ts";
import { availabilityText, shareText } from "../../../rollout/digest/render/text.ts";
import { percentilesOf } from "../../../rollout/digest/sources/answers.ts";
import { addedUp } from "../../../rollout/digest/sources/seconds.ts";
import type { TrafficFacts } from "../../../rollout/digest/sources.ts";
import { BEGUN, baking, rolledBack } from "../view/example.ts";
import { gathered, nothing, traffic, week } from "./example.ts";

test("availability is good of all, and the budget what may still fail", () => {
  const known: TrafficFacts = {
    hours: [],
    tracks: {
      blue: { requests: 9_000, errors: 1, slow: 0, latency: { unknown: "x" } },
      green: { requests: 1_000, errors: 4, slow: 10, latency: { unknown: "x" } },
      red: { requests: 0, errors: 0, slow: 0, latency: { unknown: "x" } },
    },
  };
  const { service, budget } = digestOf(gathered({ traffic: known }));
  expect(service).toMatchObject({
    all: { requests: 10_000, errors: 5, availability: 0.9995 },
    tracks: [
      { name: "blue", availability: 8_999 / 9_000 },
      { name: "green", availability: 0.996 },
      { name: "red", availability: { unknown: "no requests" } },
    ],
  });
  expect(budget.period).toMatchObject({ spent: 5, left: expect.closeTo(0.5, 9) });
});

test("what was served without requests is unknown, neither 0 nor 100 %", () => {
  const { service, budget, changes } = digestOf(gathered({ traffic: { tracks: {}, hours: [] } }));
  expect(service).toMatchObject({ all: { availability: { unknown: "no requests" } } });
  expect([budget.period, changes]).toEqual([{ unknown: "no requests" }, { unknown: "no requests" }]);
});

test("where nothing can be reached every part says so", () => {
  const text = markdown(documentOf(digestOf(nothing())));
  expect(text).toContain("- Availability: unknown (it can't be reached)");
  expect(text.match(/unknown \(it can't be reached\)/g)!.length).toBeGreaterThanOrEqual(14);
  expect(text).not.toMatch(/NaN|undefined|Infinity|\b0 %|100 %|none|\$0/);
});

test("a source's failure is one line, without its secrets", async () => {
  const failing = async () => {
    throw new Error("no way to postgres://app:hunter2@db/x\nfor now\n    at file:1:2\n    at file:3:4");
  };
  const { unknown } = (await asked(failing)) as { unknown: string };
  expect(unknown).toMatch(/^no way to postgres:\/\/app:.*@db\/x for now$/);
  expect(unknown).not.toContain("hunter2");
});

test("no reason brings a secret along", () => {
  const entries = rolledBack.map((entry) =>
    entry.kind === "rollback" ? { ...entry, reason: "DB_PASSWORD=hunter22 was refused" } : entry,
  );
  const digest = digestOf(gathered({ entries }));
  expect(JSON.stringify(digest)).not.toContain("hunter22");
  expect(digest.stops).toMatchObject([{ reason: expect.stringContaining("was refused") }]);
});

test("two weeks alike differ by noise; a worse one doesn't", () => {
  const noise = digestOf(gathered()).changes;
  expect(noise).toMatchObject([
    { what: "errors", comparison: { noise: true } },
    { comparison: { noise: true } },
  ]);
  const worse = digestOf(gathered({ traffic: traffic(0.0008, 4) }));
  expect(worse.changes).toMatchObject([{ what: "errors", comparison: { noise: false } }, {}]);
  expect(markdown(documentOf(worse))).toMatch(
    /errors: 0\.05 % before, 0\.08 % now\. That is worse, and not by chance/,
  );
});

test("what doesn't reach back into the week before isn't compared with it", () => {
  const before: TrafficFacts = { ...traffic(0.0005, 2), since: week.from };
  expect(digestOf(gathered({ before })).changes).toEqual({
    unknown: "there are no figures of the period before",
  });
});

test("releases with outcome and duration; one that is under way; one from before that only drains", () => {
  const { releases, stops } = digestOf(gathered());
  expect(releases).toMatchObject([
    {
      rollout: "green-20261121",
      outcome: "rolled-back",
      settledAt: BEGUN + 162_000,
      backup: "backups/green.dump",
    },
  ]);
  expect(stops).toMatchObject([{ kind: "rollback", at: BEGUN + 160_000 }]);
  expect(releasesIn(baking, BEGUN, BEGUN + 200_000)).toMatchObject([{ outcome: "under way" }]);
  expect(releasesIn(rolledBack, BEGUN + 170_000, BEGUN + 300_000)).toEqual([]);
  // Seen as of then, whatever came later.
  expect(releasesIn(rolledBack, BEGUN, BEGUN + 150_000)).toMatchObject([{ outcome: "under way" }]);
  const stopped = [...baking, { kind: "stopped", reason: "drift", at: BEGUN + 140_000, by: "ann" } as const];
  expect(releasesIn(stopped, BEGUN + 150_000, BEGUN + 300_000)).toMatchObject([
    { outcome: "stopped", reason: "drift" },
  ]);
});

test("backups as of the period's end, the last restore, waivers and flags that ran out", () => {
  const { backups, restore, drills, waivers, flags } = digestOf(gathered());
  expect(backups).toMatchObject({
    taken: 2,
    kept: 3,
    last: { id: "20261124-060000F", ageMs: 7_200_000 },
    late: false,
  });
  expect(restore).toMatchObject({ outcome: "passed", figures: { rtoSeconds: 41.2 } });
  expect(drills).toHaveLength(2);
  expect(waivers).toMatchObject([{ over: true }]);
  expect(flags).toEqual([{ key: "old_flag", owner: "product", until: "2026-11-01" }]);
  const none = digestOf(gathered({ backups: { everyHours: 6, backups: [] }, drills: [] }));
  expect(none.backups).toMatchObject({ late: true, last: undefined });
  expect(markdown(documentOf(none))).toContain("**Attention:** No restore was ever drilled");
});

test("the markdown says it all, and no value is markup", () => {
  const text = markdown(documentOf(digestOf(gathered())));
  expect(text).toMatch(/^# beta: weekly digest\n\n2026-11-17 08:00 UTC to 2026-11-24 08:00 UTC/);
  expect(text).toContain("RTO 41 s, RPO 3 s");
  expect(text).toContain("at least $151.50 a month of a budget of $200.00");
  expect(text).not.toMatch(/[^\\]<b>|NaN|undefined|Infinity/);
  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  for (const row of rows) expect(row).toMatch(/^\|.*\|$/);
});

test("percentiles are times that were measured", () => {
  const times = Array.from({ length: 200 }, (_, index) => ((index * 37) % 200) + 1);
  expect(percentilesOf(times)).toEqual({ p50: 100, p95: 190, p99: 198 });
  expect(percentilesOf([7])).toEqual({ p50: 7, p95: 7, p99: 7 });
  expect(percentilesOf([])).toHaveProperty("unknown");
});

test("the logs have every request; of the balancer's counts the errors that no server logged", () => {
  const logged = (epochSecond: number, requests: number, errors = 0) => ({
    epochSecond,
    track: "blue",
    counts: { requests, errors, slow: 1 },
  });
  const measured = (from: number, epochSecond: number, requests: number, errors: number) => ({
    from,
    epochSecond,
    tracks: { blue: { requests, errors, slow: 0 } },
  });
  // Measuring began in the middle of the second 100; in 103 no server answered 7 requests.
  const found = addedUp(
    [logged(99, 50, 1), logged(100, 60, 2), logged(101, 70), logged(3700, 5)],
    [
      measured(100, 100, 20, 1),
      measured(101, 101, 70, 0),
      measured(102, 103, 7, 7),
      measured(3700, 3700, 4, 0),
    ],
  );
  expect(found.tracks).toEqual({ blue: { requests: 185 + 6, errors: 3 + 6, slow: 4 } });
  expect(found.hours).toEqual([
    { requests: 186, errors: 9, slow: 3 },
    { requests: 5, errors: 0, slow: 1 },
  ]);
});

test.each([
  [0.9999871, "99.9987 %"],
  [0.9994, "99.94 %"],
  [0.99999999, "99.999999 %"],
  [1, "100 %"],
  [0.5, "50 %"],
])("%d is available %s, never rounded up", (share, text) => {
  expect(availabilityText(share)).toBe(text);
});

test("a small share doesn't look like none", () => {
  expect([0, 0.000001, 0.0005, 0.25].map(shareText)).toEqual(["0 %", "0.00010 %", "0.05 %", "25.0 %"]);
});

test("a period ends when it is told to, in AWS with five minutes that are told in full", () => {
  const now = Date.UTC(2026, 10, 21, 12, 2, 7, 500);
  const to = (on: "rehearsal" | "aws") => new Date(periodUntil("day", now, { on, now }).to).toISOString();
  expect(to("rehearsal")).toBe("2026-11-21T12:02:07.500Z");
  expect(to("aws")).toBe("2026-11-21T11:55:00.000Z");
  const day = periodUntil("day", now, { on: "aws", now });
  expect(periodBefore(day).to).toBe(day.from);
});
