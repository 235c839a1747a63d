import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binomialBounds } from "../../../rollout/load/binomial.ts";

/** P(X = k) for every k, by Pascal's recursion: slow, plain and independent of the code under test. */
function probabilities(trials: number, share: number): number[] {
  let row = [1];
  for (let n = 0; n < trials; n++) {
    row = [...row, 0].map((each, k) => each * (1 - share) + (row[k - 1] ?? 0) * share);
  }
  return row;
}

describe("the exact binomial bounds", () => {
  // Computed once with exact fractions (Python's fractions and math.comb).
  test.each([
    [10, 0.5, 0.99, 1, 9],
    [20, 0.1, 0.95, 0, 5],
    [100, 0.1, 0.99, 3, 18],
    [100, 0.01, 0.9, 0, 3],
    [1000, 0.25, 0.99, 215, 286],
    [2000, 0.1, 0.99, 166, 235],
    [3000, 0.5, 0.99, 1429, 1571],
  ])("of %i trials at %f with confidence %f are %i to %i", (trials, share, confidence, low, high) => {
    expect(binomialBounds(trials, share, confidence)).toEqual({ low, high });
  });

  test.each([
    [100, 0, { low: 0, high: 0 }],
    [100, 1, { low: 100, high: 100 }],
    [0, 0.3, { low: 0, high: 0 }],
  ])("of %i trials at %f leave no room", (trials, share, bounds) => {
    expect(binomialBounds(trials, share)).toEqual(bounds);
  });

  test("hold at least the confidence, and are as tight as the definition allows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 99 }), (trials, percent) => {
        const all = probabilities(trials, percent / 100);
        const upTo = (k: number) => all.slice(0, k + 1).reduce((sum, each) => sum + each, 0);
        const { low, high } = binomialBounds(trials, percent / 100, 0.99);
        const slack = 1e-12;
        expect(upTo(low)).toBeGreaterThanOrEqual(0.005 - slack);
        expect(upTo(low - 1)).toBeLessThan(0.005 + slack);
        expect(upTo(high)).toBeGreaterThanOrEqual(0.995 - slack);
        expect(upTo(high - 1)).toBeLessThan(0.995 + slack);
      }),
    );
  });

  test.each([
    [-1, 0.5, 0.99],
    [1.5, 0.5, 0.99],
    [10, 1.1, 0.99],
    [10, Number.NaN, 0.99],
    [10, 0.5, 1],
  ])("refuse %f trials at %f with confidence %f", (trials, share, confidence) => {
    expect(() => binomialBounds(trials, share, confidence)).toThrow(RangeError);
  });
});
