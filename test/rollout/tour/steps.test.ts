import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { candidateOf, stepsOf, withWeight } from "../../../rollout/tour/steps.ts";

describe("the tour's steps", () => {
  test("take the candidate from the configured weight to 25, 50, 100 and back", () => {
    expect(stepsOf({ blue: 90, green: 10 }, "blue", 10)).toEqual([
      { name: "as configured", split: { blue: 90, green: 10 }, seconds: 20 },
      { name: "green 25", split: { blue: 75, green: 25 }, seconds: 10 },
      { name: "green 50", split: { blue: 50, green: 50 }, seconds: 10 },
      { name: "green 100", split: { blue: 0, green: 100 }, seconds: 10 },
      { name: "back", split: { blue: 90, green: 10 }, seconds: 10 },
    ]);
  });

  test("of a stack with one track are one", () => {
    expect(stepsOf({ only: 100 }, "only", 10)).toHaveLength(1);
  });
});

test.each([
  [{ blue: 90, green: 10 }, "blue", "green"],
  [{ blue: 100, green: 0 }, "blue", "green"],
  [{ blue: 0, green: 100 }, "green", "blue"],
  [{ main: 80, next: 5, other: 15 }, "main", "other"],
  [{ c: 0, b: 0, a: 100 }, "a", "b"],
  [{ only: 100 }, "only", undefined],
])("of %j with %s stable the candidate is %s", (split, stable, candidate) => {
  expect(candidateOf(split, stable)).toBe(candidate);
});

test.each([
  [{ a: 60, b: 30, c: 10 }, 25, { a: 50, b: 25, c: 25 }],
  [{ a: 60, b: 30, c: 10 }, 50, { a: 33, b: 17, c: 50 }],
  [{ a: 60, b: 30, c: 10 }, 100, { a: 0, b: 0, c: 100 }],
  [{ a: 0, b: 0, c: 100 }, 25, { a: 75, b: 0, c: 25 }],
])("%j with c at %i is %j", (configured, weight, expected) => {
  expect(withWeight(configured, "a", "c", weight)).toEqual(expected);
});

test("every split sums to 100 in whole percents", () => {
  const weights = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(weights, fc.integer({ min: 0, max: 100 }), (cuts, weight) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), 100];
      const configured = Object.fromEntries(edges.slice(1).map((edge, n) => [`t${n}`, edge - edges[n]!]));
      const split = Object.values(withWeight(configured, "t0", "t1", weight));
      expect(split.every((each) => Number.isInteger(each) && each >= 0)).toBe(true);
      expect(split.reduce((sum, each) => sum + each, 0)).toBe(100);
    }),
  );
});
