import { describe, expect, test } from "vitest";
import {
  burnVerdict,
  learnBurn,
  newBurnGate,
  observeBurn,
} from "../../../rollout/analysis/burn/burn-gate.ts";
import { isOut } from "../../../rollout/analysis/evidence/outage.ts";
import { learn, newGate, observe } from "../../../rollout/analysis/gate.ts";
import { gateSettings } from "../../../rollout/analysis/settings.ts";
import { badOf, seededRandom } from "./streams.ts";

// Stable was overloaded for seconds before the rollout: what the candidate does is found as if it hadn't been.

const counts = (requests: number, bad: number) => ({ requests, bad });

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
