import { expect, test } from "vitest";
import { NO_TRACK, percentile, TallyByTrack } from "../../../rollout/load/tally.ts";

test.each([
  [[1], 0.5, 1],
  [[1, 2], 0.5, 1],
  [[1, 2, 3], 0.5, 2],
  [Array.from({ length: 20 }, (_, i) => i + 1), 0.95, 19],
  [Array.from({ length: 100 }, (_, i) => i + 1), 0.99, 99],
  [Array.from({ length: 101 }, (_, i) => i + 1), 0.99, 100],
])("the nearest rank of %j at %f is %f", (values, q, expected) => {
  expect(percentile(values, q)).toBe(expected);
});

test("there is no percentile of nothing", () => {
  expect(percentile([], 0.5)).toBeNaN();
});

test("tracks are counted apart, sorted by name, with answers of no track among them", () => {
  const tally = new TallyByTrack();
  tally.add("green", 30, true);
  tally.add("blue", 20, false);
  tally.add("blue", 3, false);
  tally.add(undefined, 1, true);
  expect(Object.entries(tally.result())).toEqual([
    [NO_TRACK, { requests: 1, failures: 1, p50: 1, p95: 1, p99: 1 }],
    ["blue", { requests: 2, failures: 0, p50: 3, p95: 20, p99: 20 }],
    ["green", { requests: 1, failures: 1, p50: 30, p95: 30, p99: 30 }],
  ]);
});
