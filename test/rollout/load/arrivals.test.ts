import { describe, expect, test } from "vitest";
import { rampsOf } from "../../../rollout/load/profile/stages.ts";
import { seededRandom } from "../../../rollout/load/random.ts";
import {
  type Arrivals,
  evenArrivals,
  expectedIn,
  rampArrivals,
} from "../../../rollout/load/requests/arrivals.ts";

const ramps = rampsOf([
  { for: "20s", users: 700 },
  { for: "40s", users: 700 },
  { for: "0s", users: 350 },
  { for: "20s", users: 0 },
]);

function all(arrivals: Arrivals): number[] {
  const times: number[] = [];
  for (let at = arrivals.next(); at !== undefined; at = arrivals.next()) times.push(at);
  return times;
}

const poisson = (seed: number) => all(rampArrivals(ramps, 7000, "poisson", seededRandom(seed)));

describe("arrivals on ramps", () => {
  test("are as many as the users make, never backwards, and end with the last stage", () => {
    // 20 s at 50/s on average, 40 s at 100/s, 20 s at 25/s.
    expect(ramps.reduce((sum, ramp) => sum + expectedIn(ramp, 7000), 0)).toBeCloseTo(5500);
    const times = poisson(1);
    expect(Math.abs(times.length - 5500)).toBeLessThan(4 * Math.sqrt(5500));
    expect(times.every((at, n) => n === 0 || at >= times[n - 1]!)).toBe(true);
    expect(times.at(-1)).toBeLessThan(80_000);
  });

  test.each([
    [0, 10, 250],
    [10, 20, 750],
    [20, 60, 4000],
    [60, 70, 375],
    [70, 80, 125],
  ])("from %i to %i s there are about %i", (from, to, count) => {
    const inside = poisson(2).filter((at) => at >= from * 1000 && at < to * 1000);
    expect(Math.abs(inside.length - count)).toBeLessThan(4 * Math.sqrt(count));
  });

  test("are a Poisson process: gaps on a level have the mean's spread, and seeds differ", () => {
    const level = poisson(3).filter((at) => at > 20_000 && at < 60_000);
    const gaps = level.slice(1).map((at, n) => at - level[n]!);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(spread / mean).toBeGreaterThan(0.9);
    expect(spread / mean).toBeLessThan(1.1);
    expect(poisson(3)).toEqual(poisson(3));
    expect(poisson(3).slice(0, 5)).not.toEqual(poisson(4).slice(0, 5));
  });

  test("are at even distances when constant", () => {
    const times = all(rampArrivals(ramps, 7000, "constant", seededRandom(1)));
    expect(times).toHaveLength(5500);
    const level = times.filter((at) => at > 20_000 && at < 60_000);
    for (const [n, at] of level.slice(1).entries()) expect(at - level[n]!).toBeCloseTo(10, 6);
  });

  test("without ramps are n / rate", () => {
    const even = evenArrivals(100);
    expect([even.next(), even.next(), even.next()]).toEqual([0, 10, 20]);
  });
});
