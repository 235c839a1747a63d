import { describe, expect, test } from "vitest";
import {
  burnVerdict,
  learnBurn,
  newBurnGate,
  observeBurn,
} from "../../../rollout/analysis/burn/burn-gate.ts";
import { isManyClients, isOut } from "../../../rollout/analysis/evidence/outage.ts";
import { learn, newGate, observe } from "../../../rollout/analysis/gate.ts";
import { gateSettings } from "../../../rollout/analysis/settings.ts";
import { planOf } from "../../../rollout/core/plan.ts";
import type { TrackCounts } from "../../../rollout/core/verdict.ts";
import { binomialBounds } from "../../../rollout/load/binomial.ts";
import { indicatorsOf } from "../../../rollout/run/gates/indicators.ts";
import { badOf, seededRandom } from "./streams.ts";

// Stable was overloaded for seconds before the rollout: what the candidate does is found as if it hadn't been.

const counts = (requests: number, bad: number) => ({ requests, bad });
const PLAN = planOf({
  steps: [
    { weight: 50, bake: "30m" },
    { weight: 100, bake: "1h" },
  ],
  gates: { errorRate: { max: 0.01 }, latency: { p95: "500ms" }, minRequests: 100 },
  freeze: [],
});

/** Ten minutes of stable with an outage in them, then a candidate that fails one request in fifteen. @returns its failures until found */
function failuresUntilFound({ outage = 0, at = 300, share = 0.62, rate = 300 }): number | undefined {
  const random = seededRandom(3);
  const gate = newGate();
  for (let i = 0; i < 600; i++) {
    const out = i >= at && i < at + outage;
    learn(gate, counts(rate, out ? Math.round(share * rate) : 0));
  }
  let failures = 0;
  for (let i = 0; i < 600; i++) {
    const bad = badOf(random, 25, 0.066);
    failures += bad;
    observe(gate, { candidate: counts(25, bad), stable: counts(rate - 25, 0) });
    if (gate.failed) return failures;
  }
  return undefined;
}

/** Two hours of stable with outages in them, then a candidate that fails every seventh request. @returns after how many seconds it is found */
function foundAfter(
  what: "errors" | "unfinished",
  outages: { at: number; seconds: number; share: number }[],
) {
  const random = seededRandom(7);
  const gate = indicatorsOf(PLAN).find(({ name }) => name === what)!;
  const second = (requests: number, share: number): TrackCounts => {
    const bad = badOf(random, requests, share);
    const [clients, errors] = [{ bad, total: requests }, what === "errors" ? bad : 0];
    return {
      requests,
      errors,
      slow: 0,
      ...(what === "errors" ? { clients } : { ways: { unfinished: clients } }),
    };
  };
  for (let at = 0; at < 7_200; at += 1) {
    const out = outages.find((each) => at >= each.at && at < each.at + each.seconds);
    gate.learn(second(60, out?.share ?? 0.001));
  }
  gate.beginStep();
  for (let at = 0; at < 900; at += 1) {
    gate.observe(second(30, 0.15), second(30, 0.001));
    if (gate.verdict(false).outcome === "fail") return at;
  }
  return Number.POSITIVE_INFINITY;
}

describe.each(["errors", "unfinished"] as const)("an outage that many clients met: %s", (what) => {
  const clean = foundAfter(what, []);

  test.each([0.05, 0.15, 0.3, 0.6])("hides nothing, whatever its share and length: %d", (share) => {
    expect(clean).toBeLessThan(10);
    for (const seconds of [10, 60, 300, 600])
      expect(foundAfter(what, [{ at: 3_000, seconds, share }]), `${seconds} s`).toBeLessThanOrEqual(
        clean + 2,
      );
  });

  test("comes twice before it is a habit", () => {
    const every = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ at: 2_000 + 1_300 * index, seconds: 60, share: 0.15 }));
    expect(foundAfter(what, every(2))).toBeLessThanOrEqual(clean + 2);
    expect(foundAfter(what, every(4))).toBeGreaterThan(clean + 10);
  });
});

test("a candidate that has the outages that stable has is no more often sent back than is promised", () => {
  const days = 24;
  let failed = 0;
  for (let day = 0; day < days; day += 1) {
    const random = seededRandom(day + 1);
    const gate = indicatorsOf(PLAN)[0]!;
    /** For a minute each hour or so one track fails a tenth of its clients. */
    const tracks = { blue: 0, green: 0 };
    const second = (track: "blue" | "green", requests: number): TrackCounts => {
      if (random() < 1 / 3_600) tracks[track] = 60;
      tracks[track] -= 1;
      const bad = badOf(random, requests, tracks[track] > 0 ? 0.1 : 0.001);
      return { requests, errors: bad, slow: 0, clients: { bad, total: requests } };
    };
    for (let at = 0; at < 21_600; at += 1) gate.learn(second("blue", 30));
    gate.beginStep();
    for (let at = 0; at < 3_600; at += 1) gate.observe(second("green", 10), second("blue", 20));
    failed += gate.verdict(false).outcome === "fail" ? 1 : 0;
  }
  expect(failed).toBeLessThanOrEqual(binomialBounds(days, 0.01, 0.998).high);
}, 120_000);

test.each([
  ["ten of them", counts(1_000, 10), counts(1_000, 1), true],
  ["nine", counts(900, 9), counts(1_000, 1), false],
  ["five times as many", counts(2_000, 100), counts(1_000, 10), true],
  ["fewer times", counts(2_000, 99), counts(1_000, 10), false],
  ["where too few are known", counts(100, 50), counts(999, 1), false],
])("many clients are %s: %#", (_, seen, learned, many) => {
  expect(isManyClients({ counts: seen, learned, objective: undefined })).toBe(many);
});

test("where little is known yet, many are five times what may be", () => {
  const many = (bad: number) =>
    isManyClients({ counts: counts(1_000, bad), learned: counts(0, 0), objective: 0.01 });
  expect([many(50), many(49)]).toEqual([true, false]);
});

describe("an outage of stable before the rollout", () => {
  test.each([
    { outage: 5 },
    { outage: 20 },
    { outage: 1, at: 309 },
    { outage: 60 },
    { outage: 30, share: 1, rate: 40 },
  ])("hides nothing: %j", (past) => {
    const clean = failuresUntilFound({ rate: past.rate ?? 300 })!;
    expect(clean).toBeLessThan(60);
    expect(failuresUntilFound(past)).toBeLessThanOrEqual(clean + 2);
  });

  test("is no habit by which the error budget would forgive a candidate", () => {
    const burning = (outage: number) => {
      const gate = newBurnGate({ ...gateSettings(), objective: 0.999 });
      for (let i = 0; i < 130; i++) learnBurn(gate, counts(300, i < outage ? 186 : 0));
      for (let i = 0; i < 400; i++)
        observeBurn(gate, { candidate: counts(25, 2), stable: counts(275, 0) }, 1);
      return burnVerdict(gate, true).outcome;
    };
    expect([burning(0), burning(10)]).toEqual(["fail", "fail"]);
  });

  test.each([
    ["one in five of many", counts(100, 20), 0.01, true],
    ["a little less", counts(101, 20), 0.01, false],
    ["what one client may do", counts(19, 19), 0.01, false],
    ["what may be so", counts(100, 30), 0.49, false],
  ])("%s: %#", (_, seen, objective, out) => {
    expect(isOut(seen, objective)).toBe(out);
  });
});
