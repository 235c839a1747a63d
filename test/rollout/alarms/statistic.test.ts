import { expect, test } from "vitest";
import { minSamples, statisticOf, statisticOver } from "../../../rollout/alarms/statistic.ts";

const values = [4, 1, 3, 2];

test.each([
  ["Average", 2.5],
  ["Sum", 10],
  ["Minimum", 1],
  ["Maximum", 4],
  ["SampleCount", 4],
  ["p50", 2],
  ["p95", 4],
  ["p0", 1],
  ["p100", 4],
])("%s", (text, value) => {
  expect(statisticOver(statisticOf(text), values)).toBe(value);
  expect(statisticOver(statisticOf(text), [])).toBeUndefined();
});

test.each(["tm90", "PR(:300)", "IQM", "p101", "mean"])("%s is refused by name", (text) => {
  expect(() => statisticOf(text)).toThrow(`the statistic ${text} isn't played here`);
});

test("how many samples a percentile needs, as the User Guide counts them", () => {
  expect([99, 95, 50, 10].map(minSamples)).toEqual([1000, 200, 20, 100]);
});
