import { expect, test } from "vitest";
import { burstStarts, newRefractory } from "../../../rollout/analysis/refractory.ts";

test("a burst counts once, and what a track answers during it doesn't count at all", () => {
  const refractory = newRefractory();
  const bad = [0, 2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
  const counted = bad.map((bad) => burstStarts(refractory, { requests: 9, bad }, 1));
  expect(counted.map((count) => count.bad)).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(counted.map((count) => count.requests)).toEqual([9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
});

test("intervals longer than a burst count one at most", () => {
  const refractory = newRefractory();
  const counted = [3, 3, 0, 3].map((bad) => burstStarts(refractory, { requests: 60, bad }, 60));
  expect(counted).toEqual([
    { requests: 60, bad: 1 },
    { requests: 0, bad: 0 },
    { requests: 0, bad: 0 },
    { requests: 60, bad: 1 },
  ]);
});
