import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shareFalseAlarm, together } from "../../../rollout/analysis/analyse.ts";
import { BURN_RULES } from "../../../rollout/analysis/burn/burn-rate.ts";
import { learnBlock, newDispersion, phiOf } from "../../../rollout/analysis/dispersion.ts";
import {
  closeWindow,
  eValue,
  gain,
  newEvidence,
  suspectStep,
} from "../../../rollout/analysis/evidence/evidence.ts";
import { RATIOS, worse } from "../../../rollout/analysis/evidence/odds.ts";
import { tempered } from "../../../rollout/analysis/evidence/temper.ts";
import { newGate, observe } from "../../../rollout/analysis/gate.ts";
import { gateSettings } from "../../../rollout/analysis/settings.ts";
import type { GateVerdict } from "../../../rollout/analysis/verdict.ts";
import { burnRates } from "../../support/whole-sequences.ts";
import { badOf, seededRandom } from "./streams.ts";

describe("settings", () => {
  test.each([
    [{ objective: 0 }, "objective must be above 0 and below 0.5, it is 0"],
    [{ falseAlarm: 1 }, "falseAlarm must be above 0 and below 0.5, it is 1"],
    [{ miss: 0 }, "miss must be above 0 and below 0.5, it is 0"],
    [{ smallest: 1 }, "smallest must be above 1 and below 1000, it is 1"],
    [
      { minRequests: Number.NaN },
      `minRequests must be above -1 and below ${Number.MAX_SAFE_INTEGER}, it is NaN`,
    ],
  ])("%j is refused", (settings, message) => {
    expect(() => gateSettings(settings)).toThrow(new RangeError(message));
  });

  test("counts that cannot be are refused", () => {
    const fine = { requests: 1, bad: 0 };
    const odd = { requests: 1, bad: 2 };
    expect(() => observe(newGate(), { candidate: odd, stable: fine })).toThrow(
      "candidate: bad must be from 0 to requests (1)",
    );
    expect(() => observe(newGate(), { candidate: fine, stable: odd })).toThrow(
      "stable: bad must be from 0 to requests (1)",
    );
  });
});

describe("tempering", () => {
  const share = fc.double({ min: 0.01, max: 0.9, noNaN: true });
  const ratio = fc.constantFrom(...RATIOS);

  test("independent errors need none", () => {
    expect(tempered("bad", 0.2, 1, -0.5, 1)).toBe(1);
  });

  test("keeps the expectation of a burst's evidence at most 1, whatever the share, the ratio and the bursts", () => {
    fc.assert(
      fc.property(share, ratio, fc.double({ min: 1.01, max: 60, noNaN: true }), (q, r, phi) => {
        const raised = worse(q, r);
        const hit = Math.log(raised / q);
        const other = Math.log((1 - raised) / (1 - q));
        const power = tempered("bad", q, hit, other, phi);
        expect(power).toBeGreaterThan(0);
        expect(power).toBeLessThanOrEqual(1);
        // Summed over the sizes of a burst rather than by its generating function.
        const mean = (phi + 1) / 2;
        let expected = 0;
        for (let size = 1; size < 4000; size++) {
          const chance = (size - 1) * Math.log(1 - 1 / mean) - Math.log(mean);
          expected +=
            q * Math.exp(chance + power * hit * size) + (1 - q) * Math.exp(chance + power * other * size);
        }
        expect(expected).toBeLessThanOrEqual(1 + 1e-6);
      }),
    );
  });
});

describe("evidence", () => {
  test("holding a window down never adds evidence, and nothing overflows", () => {
    const log = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(fc.array(log, { maxLength: 50 }), (logs) => {
        const evidence = newEvidence(50, 1);
        for (const one of logs) {
          gain(
            evidence,
            RATIOS.map(() => one),
          );
          const open = eValue(evidence, 1);
          closeWindow(evidence, 1);
          const closed = eValue(evidence, 1);
          expect(Number.isFinite(closed)).toBe(true);
          expect(closed).toBeLessThanOrEqual(open * (1 + 1e-12));
        }
      }),
    );
  });

  test("the prior's weights sum to 1 at most, however often steps begin", () => {
    const summed = (stepsAt: readonly number[]) => {
      const evidence = newEvidence(1000, 1);
      for (let i = 0; i < 2000; i++) {
        if (stepsAt.includes(i)) suspectStep(evidence);
        gain(
          evidence,
          RATIOS.map(() => 0),
        );
      }
      return eValue(evidence, 1);
    };
    expect(summed([])).toBeCloseTo(0.9, 9);
    expect(summed([0, 200, 400, 600])).toBeCloseTo(0.9 + 0.05 + 0.025 + 0.0125 + 0.00625, 9);
    const often = fc.array(fc.integer({ min: 0, max: 1999 }), { maxLength: 60 });
    fc.assert(
      fc.property(often, (stepsAt) => {
        expect(summed(stepsAt)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  test("what comes with a step's traffic is found in fewer requests", () => {
    const needed = (begins: boolean) => {
      const evidence = newEvidence(24 * 3600, 1);
      const quiet = RATIOS.map(() => -1);
      const loud = RATIOS.map(() => 1);
      for (let i = 0; i < 7200; i++) gain(evidence, quiet);
      if (begins) suspectStep(evidence);
      for (let seconds = 1; ; seconds++) {
        gain(evidence, loud);
        if (eValue(evidence, 4) >= 1000) return seconds;
      }
    };
    expect(needed(true)).toBeLessThan(needed(false));
  });
});

describe("dispersion", () => {
  const learned = (burst: number, blocks: number) => {
    const random = seededRandom(11);
    const dispersion = newDispersion(4);
    for (let i = 0; i < blocks; i++) {
      learnBlock(dispersion, { requests: 2400, bad: burst * badOf(random, 2400 / burst, 0.01) });
    }
    return phiOf(dispersion);
  };

  test("stays its prior while stable has no bad request, however long that is", () => {
    const dispersion = newDispersion(4);
    for (let i = 0; i < 180; i++) learnBlock(dispersion, { requests: 36_000, bad: 0 });
    expect(phiOf(dispersion)).toBe(4);
  });

  test("is its prior before anything is known, and falls to about 1 for independent errors", () => {
    expect(phiOf(newDispersion(4))).toBe(4);
    expect(learned(1, 300)).toBeLessThan(1.3);
  });

  test("is about the size of the bursts", () => {
    expect(learned(10, 300)).toBeGreaterThan(8);
    expect(learned(10, 300)).toBeLessThan(20);
  });

  test("an outage of stable doesn't blunt it for long", () => {
    const random = seededRandom(12);
    const dispersion = newDispersion(4);
    for (let i = 0; i < 300; i++) {
      learnBlock(dispersion, { requests: 2400, bad: badOf(random, 2400, i > 20 && i < 40 ? 0.2 : 0.01) });
    }
    expect(phiOf(dispersion)).toBeLessThan(20);
  });
});

describe("burn rates", () => {
  const hours = (count: number, share: number) =>
    Array.from({ length: count * 60 }, () => ({ requests: 1000, bad: 1000 * share }));
  const burning = (stream: { requests: number; bad: number }[]) =>
    burnRates(0.999, stream, 60).map((burn) => burn.burning);

  test("the rules are the workbook's", () => {
    expect(BURN_RULES).toEqual([
      { severity: "page", factor: 14.4, longSeconds: 3600, shortSeconds: 300 },
      { severity: "page", factor: 6, longSeconds: 21600, shortSeconds: 1800 },
      { severity: "ticket", factor: 1, longSeconds: 259200, shortSeconds: 21600 },
    ]);
  });

  test.each([
    ["within the objective", [...hours(72, 0.0005)], [false, false, false]],
    ["just over it for three days", [...hours(72, 0.0011)], [false, false, true]],
    ["7 times for six hours", [...hours(66, 0.0001), ...hours(6, 0.007)], [false, true, false]],
    ["20 times for one hour", [...hours(71, 0), ...hours(1, 0.02)], [true, false, false]],
    ["over by now", [...hours(71, 0), ...hours(1, 0.05), ...hours(1, 0)], [false, false, false]],
    ["nothing measured", [], [false, false, false]],
  ])("%s", (_, stream, expected) => {
    expect(burning(stream)).toEqual(expected);
  });

  test("an objective that leaves no budget is refused", () => {
    expect(() => burnRates(1, [], 60)).toThrow("objective must be between 0 and 1, it is 1");
  });
});

describe("several indicators", () => {
  const verdict = (outcome: GateVerdict["outcome"], reason: string, hold = false): GateVerdict => ({
    outcome,
    hold,
    reason,
    toFail: 0,
    toPass: 0,
    candidate: { requests: 0, bad: 0 },
    stable: { requests: 0, bad: 0 },
    bursts: 1,
  });
  const pass = verdict("pass", "p");
  const wait = verdict("wait", "w");
  const hold = verdict("wait", "h", true);
  const fail = verdict("fail", "f");

  test.each([
    [[pass, pass], "pass", false, "p; p"],
    [[pass, wait], "wait", false, "w"],
    [[wait, hold, pass], "wait", true, "h"],
    [[hold, fail], "fail", false, "f"],
    [[], "wait", false, "no indicator"],
    // The first of its kind speaks.
    [[verdict("fail", "first"), fail], "fail", false, "first"],
    [[verdict("wait", "first", true), hold], "wait", true, "first"],
    [[verdict("wait", "first"), wait], "wait", false, "first"],
  ] as const)("%#", (verdicts, outcome, held, reason) => {
    expect(together(verdicts)).toEqual({ outcome, hold: held, reason });
  });

  test("share one false-alarm rate", () => {
    const both = shareFalseAlarm([
      gateSettings({ indicator: "errors" }),
      gateSettings({ indicator: "slow" }),
    ]);
    expect(both).toEqual(
      ["errors", "slow"].map((indicator) => ({ ...gateSettings({ indicator }), falseAlarm: 0.005 })),
    );
  });
});
