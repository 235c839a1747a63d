import { expect, test } from "vitest";
import { learn, newGate } from "../../../rollout/analysis/gate.ts";
import { burstStarts, newRefractory, upToBurst } from "../../../rollout/analysis/refractory.ts";
import { badOf, seededRandom } from "./streams.ts";

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

test.each([
  ["that nothing is known of", { requests: 9, bad: 1 }, 0, 5],
  ["that is rare", { requests: 300, bad: 1 }, 1e-9, 150.5],
  ["that is likely in an interval", { requests: 300, bad: 1 }, 0.01, 100 - 300 / Math.expm1(3) + 0.5],
  ["of one request", { requests: 1, bad: 1 }, 1e-9, 1],
  ["that didn't begin", { requests: 300, bad: 0 }, 0.01, 300],
])("of a burst %s the requests up to it count", (_, counts, chance, requests) => {
  const told = upToBurst(counts, chance);
  expect(told.bad).toBe(counts.bad);
  expect(told.requests).toBeCloseTo(requests, 6);
});

test("the mean wait is the same on both sides of where it is computed otherwise", () => {
  const at = (expected: number) => upToBurst({ requests: 1000, bad: 1 }, expected / 1000).requests;
  expect(at(0.00099)).toBeCloseTo(at(0.00101), 0);
});

test("how often bursts begin is the same of a busy track and of one with a tenth of its traffic", () => {
  const learned = [30, 300].map((requests) => {
    const random = seededRandom(requests);
    const gate = newGate();
    for (let i = 0; i < 6 * 3600; i++) learn(gate, { requests, bad: badOf(random, requests, 0.002) });
    return gate.bursts.baseline.bad / gate.bursts.baseline.requests;
  });
  for (const each of learned) expect(Math.abs(each / 0.002 - 1)).toBeLessThan(0.06);
});
