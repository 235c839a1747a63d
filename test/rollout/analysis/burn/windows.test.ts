import { describe, expect, test } from "vitest";
import { newBurnGate, observeBurn } from "../../../../rollout/analysis/burn/burn-gate.ts";
import { burnsOf } from "../../../../rollout/analysis/burn/burn-rate.ts";
import { addInterval, newBurnWindows } from "../../../../rollout/analysis/burn/burn-windows.ts";
import type { Counts } from "../../../../rollout/analysis/counts.ts";
import { burnRates } from "../../../support/whole-sequences.ts";
import { counts, gateOf, HOUR, settings } from "./example.ts";

// What is counted over which time.

test("what comes in ten seconds is held down as one, in intervals of any length", () => {
  const closedAfter = (intervalSeconds: number) => {
    const gate = newBurnGate({ ...settings, intervalSeconds });
    for (let intervals = 1; ; intervals++) {
      observeBurn(gate, { candidate: counts(10, 10), stable: counts(10, 0) }, 1);
      // A window that has ended begins where it was held down.
      if (gate.evidence.base.every((base, index) => base === gate.evidence.raw[index])) return intervals;
    }
  };
  expect([1, 3, 5, 10, 60].map(closedAfter)).toEqual([10, 3, 2, 1, 1]);
});

describe("rates", () => {
  const all = (one: Counts) => [0, 1, 2].map(() => ({ long: one, short: one }));

  test("need ten requests of late", () => {
    const burning = (requests: number, least?: number) =>
      least === undefined
        ? burnRates(0.999, [counts(requests, requests)], 60)[0]!.burning
        : burnsOf(0.999, all(counts(requests, requests)), least)[0]!.burning;
    expect([burning(9), burning(10)]).toEqual([false, true]);
    expect([burning(19, 20), burning(20, 20)]).toEqual([false, true]);
    const gate = (requests: number) => {
      const told = gateOf({ value: 1e6 });
      told.candidate = newBurnWindows(1);
      observeBurn(told, { candidate: counts(requests, requests), stable: counts(0, 0) }, 1);
      return told.failed !== undefined;
    };
    expect([gate(9), gate(10)]).toEqual([false, true]);
  });

  // 1 - 0.999 is a little more than 0.001, and 1 - 0.9995 a little less than 0.0005.
  test.each([
    [0.999, 1_000],
    [0.9995, 2_000],
  ])("are of the budget as it is meant: of 1 - %s too", (objective, requests) => {
    expect(burnsOf(objective, all(counts(requests, 6)), 10)[1]).toMatchObject({
      long: 6,
      short: 6,
      burning: true,
    });
  });

  test.each([0, 1])("there are none of an objective of %s", (objective) => {
    expect(() => burnsOf(objective, all(counts(1, 0)), 1)).toThrow(
      new RangeError(`objective must be between 0 and 1, it is ${objective}`),
    );
  });

  test("are of as many intervals as a window begins", () => {
    // The short window of the fast page is five minutes: two intervals of three, and one of seven.
    const stream = [counts(100, 100), counts(100, 0), counts(100, 0)];
    expect(burnRates(0.9, stream, 180)[0]!.short).toBe(0);
    expect(burnRates(0.9, stream.slice(0, 2), 180)[0]!.short).toBeCloseTo(5, 9);
    expect(burnRates(0.9, stream.slice(0, 2), 420)[0]!.short).toBe(0);
  });

  test("of windows that move on are the same", () => {
    const windows = newBurnWindows(420);
    addInterval(windows, counts(100, 100));
    expect(windows.totals[0]!.short).toEqual(counts(100, 100));
    addInterval(windows, counts(50, 1));
    expect(windows.totals[0]!.short).toEqual(counts(50, 1));
    expect(windows.totals[0]!.long).toEqual(counts(150, 101));
  });

  test("of windows that move on are of as many intervals as a long window begins", () => {
    // An hour is one and a half intervals.
    const windows = newBurnWindows(2400);
    for (const bad of [100, 10, 1]) addInterval(windows, counts(100, bad));
    expect(windows.totals[0]!.long).toEqual(counts(200, 11));
  });
});

test("no more intervals are kept than twice the longest window, and no fewer than it", () => {
  const windows = newBurnWindows(6 * HOUR);
  const kept: number[] = [];
  // Three days are twelve intervals.
  for (let i = 0; i < 30; i++) {
    addInterval(windows, counts(1, 0));
    kept.push(windows.stream.length);
    expect(windows.totals[2]!.long).toEqual(counts(Math.min(12, i + 1), 0));
  }
  expect(Math.max(...kept)).toBe(25);
  expect(kept.slice(24, 27)).toEqual([25, 13, 14]);
});
