import type { Gathered } from "../../../rollout/digest/digest.ts";
import type { Period } from "../../../rollout/digest/period.ts";
import type { TrafficFacts } from "../../../rollout/digest/sources.ts";
import type { DrillRecord } from "../../../rollout/drill/record.ts";
import { seededRandom } from "../../../rollout/load/random.ts";
import { BEGUN, rolledBack } from "../view/example.ts";

const HOUR = 3_600_000;

export const week: Period = { name: "week", from: BEGUN - 100 * HOUR, to: BEGUN + 68 * HOUR };

/** A week of hours with some 10 000 requests each, of which a share fails, now and then in a burst. */
export function traffic(share: number, seed = 1, bursts = false): TrafficFacts {
  const random = seededRandom(seed);
  const hours = Array.from({ length: 168 }, () => {
    const requests = 9_000 + Math.floor(random() * 2_000);
    const rate = share * (bursts && random() < 0.05 ? 12 : 1);
    const errors = Array.from({ length: requests }, random).filter((each) => each < rate).length;
    return { requests, errors, slow: Math.floor(requests / 100) };
  });
  const sum = (of: "requests" | "errors" | "slow") => hours.reduce((all, hour) => all + hour[of], 0);
  const all = { requests: sum("requests"), errors: sum("errors"), slow: sum("slow") };
  const green = { requests: 1000, errors: 50, slow: 400 };
  const blue = {
    requests: all.requests - green.requests,
    errors: all.errors - green.errors,
    slow: all.slow - green.slow,
  };
  return {
    hours,
    tracks: {
      green: { ...green, latency: { p50: 40, p95: 612.4, p99: 900 } },
      blue: { ...blue, latency: { p50: 3.25, p95: 180, p99: 420 } },
    },
  };
}

const drill = (of: Partial<DrillRecord>): DrillRecord => ({
  version: 1,
  id: "restore-20261120T110000Z",
  drill: "restore",
  stack: "beta",
  on: "rehearsal",
  startedAt: BEGUN - 25 * HOUR,
  endedAt: BEGUN - 24 * HOUR,
  by: "ann@host",
  outcome: "passed",
  checks: [{ name: "rows", verdict: "pass", details: "12 tables" }],
  figures: { rtoSeconds: 41.2, rpoSeconds: 3 },
  facts: {},
  ...of,
});

/** A week with a rollout that was taken back, and values that look like markup. */
export function gathered(over: Partial<Gathered> = {}): Gathered {
  return {
    stack: "beta",
    on: "rehearsal",
    period: week,
    targets: { availability: 0.999, p95Ms: 500 },
    traffic: traffic(0.0005, 1),
    before: traffic(0.0005, 2),
    month: traffic(0.0005, 3),
    entries: [...rolledBack],
    backups: {
      everyHours: 6,
      backups: [
        { id: "20261101-000000F", at: week.from - HOUR },
        { id: "20261121-120003F", at: BEGUN + 3000, name: "green-20261121" },
        { id: "20261124-060000F", at: week.to - 2 * HOUR },
        { id: "later", at: week.to + HOUR },
      ],
    },
    drills: [
      drill({}),
      drill({
        id: "fail-database-20261121T130000Z",
        drill: "fail-database",
        endedAt: BEGUN + HOUR,
        outcome: "failed",
        checks: [{ name: "errors | <b>", verdict: "fail", details: "no alarm rang" }],
        figures: { detectSeconds: 12.345 },
      }),
    ],
    cost: { monthlyUsd: 151.5, budgetUsd: 200, unpriced: ["beta-thing: servers"], source: "list prices" },
    alarms: [{ at: BEGUN + 155_000, alarm: "beta-green-errors", from: "OK", to: "ALARM" }],
    flags: new Map([
      ["old_flag", flag("2026-11-01")],
      ["young_flag", flag("2027-01-01")],
    ]),
    waivers: [
      {
        policy: "database-encrypted",
        resource: "beta-database",
        reason: "moved by <b>ann",
        until: "2026-11-20",
      },
    ],
    ...over,
  };
}

function flag(until: string) {
  return {
    description: "what it does",
    owner: "product",
    until,
    enabled: true,
    percent: undefined,
    importance: "normal" as const,
  };
}

/** Nothing can be reached. */
export function nothing(): Gathered {
  const unknown = { unknown: "it can't be reached" };
  return gathered({
    traffic: unknown,
    before: unknown,
    month: unknown,
    entries: unknown,
    backups: unknown,
    drills: unknown,
    cost: unknown,
    alarms: unknown,
    flags: unknown,
    waivers: unknown,
  });
}
