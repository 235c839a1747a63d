import { describe, expect, test } from "vitest";
import { learnBaseline, newBaseline, upperShare } from "../../../rollout/analysis/baseline.ts";
import { checkCounts, share, sum } from "../../../rollout/analysis/counts.ts";
import {
  BLOCK_SECONDS,
  KEEP,
  learnBlock,
  newDispersion,
  phiOf,
} from "../../../rollout/analysis/dispersion.ts";
import { burstStarts, newRefractory } from "../../../rollout/analysis/refractory.ts";
import { gateSettings } from "../../../rollout/analysis/settings.ts";

// What is learned of stable before the candidate is compared with it.

describe("counts", () => {
  test("are added, and have a share", () => {
    expect(sum({ requests: 3, bad: 1 }, { requests: 4, bad: 2 })).toEqual({ requests: 7, bad: 3 });
    expect(share({ requests: 4, bad: 1 })).toBe(0.25);
    expect(share({ requests: 1, bad: 1 })).toBe(1);
    expect(share({ requests: 0, bad: 0 })).toBe(0);
  });

  test.each([
    [{ requests: 0, bad: 0 }, undefined],
    [{ requests: 2, bad: 2 }, undefined],
    [{ requests: -1, bad: 0 }, "green: requests must be 0 or more, they are -1"],
    [{ requests: Number.POSITIVE_INFINITY, bad: 0 }, "green: requests must be 0 or more, they are Infinity"],
    [{ requests: 2, bad: 3 }, "green: bad must be from 0 to requests (2), it is 3"],
    [{ requests: 2, bad: -1 }, "green: bad must be from 0 to requests (2), it is -1"],
    [{ requests: 2, bad: Number.NaN }, "green: bad must be from 0 to requests (2), it is NaN"],
  ])("%j", (counts, message) => {
    if (message === undefined) expect(() => checkCounts("green", counts)).not.toThrow();
    else expect(() => checkCounts("green", counts)).toThrow(new RangeError(message));
  });
});

describe("settings", () => {
  test("where the config names none", () => {
    expect(gateSettings()).toEqual({
      indicator: "errors",
      objective: 0.01,
      falseAlarm: 0.01,
      miss: 0.05,
      smallest: 2,
      minRequests: 200,
      horizonSeconds: 86_400,
      intervalSeconds: 1,
    });
  });

  // Just inside of each limit, and the limit itself.
  test.each([
    ["objective", 0.001, 0.499, 0, 0.5],
    ["falseAlarm", 0.001, 0.499, 0, 0.5],
    ["miss", 0.001, 0.499, 0, 0.5],
    ["smallest", 1.001, 999, 1, 1000],
    ["minRequests", 0, 1e9, -1, Number.MAX_SAFE_INTEGER],
    ["horizonSeconds", 0.5, 1e9, 0, Number.MAX_SAFE_INTEGER],
    ["intervalSeconds", 0.5, 1e9, 0, Number.MAX_SAFE_INTEGER],
  ])("%s", (name, least, most, above, below) => {
    for (const value of [least, most])
      expect(gateSettings({ [name]: value })).toMatchObject({ [name]: value });
    for (const value of [above, below]) {
      expect(() => gateSettings({ [name]: value })).toThrow(
        new RangeError(`${name} must be above ${above} and below ${below}, it is ${value}`),
      );
    }
  });
});

describe("stable's usual share", () => {
  test("halves what it knows in twelve hours of blocks of two minutes", () => {
    expect(BLOCK_SECONDS).toBe(120);
    expect(KEEP ** 360).toBeCloseTo(0.5, 12);
    const baseline = newBaseline();
    expect(baseline).toEqual({ requests: 0, bad: 0 });
    learnBaseline(baseline, { requests: 1000, bad: 10 });
    expect(baseline).toEqual({ requests: 1000, bad: 10 });
    learnBaseline(baseline, { requests: 500, bad: 1 });
    expect(baseline).toEqual({ requests: 1000 * KEEP + 500, bad: 10 * KEEP + 1 });
  });

  test("is one standard error above what was seen, and one bad request more", () => {
    expect(upperShare({ requests: 1000, bad: 8 }, 1, 0)).toBeCloseTo((9 + 3) / 1000, 12);
    expect(upperShare({ requests: 1000, bad: 8 }, 4, 0)).toBeCloseTo((9 + 6) / 1000, 12);
  });

  test("isn't known of too few requests, nor where half of them are bad", () => {
    expect(upperShare({ requests: 199, bad: 0 }, 1, 200)).toBe(0);
    expect(upperShare({ requests: 200, bad: 0 }, 1, 200)).toBe(2 / 200);
    expect(upperShare({ requests: 0.9, bad: 0 }, 1, 0)).toBe(0);
    expect(upperShare({ requests: 0, bad: 0 }, 1, -1)).toBe(0);
    // (3 + 1 + 2) of 12 are half of them.
    expect(upperShare({ requests: 12, bad: 3 }, 1, 0)).toBe(0);
    expect(upperShare({ requests: 13, bad: 3 }, 1, 0)).toBe(6 / 13);
  });

  test("of one request is known where none are needed", () => {
    expect(upperShare({ requests: 1, bad: 0 }, 0, 0)).toBe(0);
    expect(upperShare({ requests: 3, bad: 0 }, 0, 0)).toBeCloseTo(1 / 3, 12);
  });
});

describe("stable's bursts", () => {
  const learned = (blocks: [requests: number, bad: number][]) => {
    const dispersion = newDispersion(4);
    for (const [requests, bad] of blocks) learnBlock(dispersion, { requests, bad });
    return dispersion;
  };

  test("are learned from two blocks, by how far they differ for their requests", () => {
    expect(learned([])).toEqual({ prior: 4, squares: 0, bad: 0, pairs: 0, previous: undefined });
    expect(learned([[100, 6]])).toEqual({
      prior: 4,
      squares: 0,
      bad: 0,
      pairs: 0,
      previous: { requests: 100, bad: 6 },
    });
    expect(
      learned([
        [100, 6],
        [200, 2],
      ]),
    ).toEqual({
      prior: 4,
      squares: (6 * 200 - 2 * 100) ** 2 / 20_000,
      bad: 8,
      pairs: 1,
      previous: undefined,
    });
  });

  test("fade with each block, and one without a request teaches nothing else", () => {
    const after = learned([
      [100, 6],
      [200, 2],
      [100, 1],
      [0, 0],
    ]);
    expect(after.squares).toBeCloseTo(50 * KEEP ** 2, 9);
    expect(after.bad).toBeCloseTo(8 * KEEP ** 2, 12);
    expect(after.pairs).toBeCloseTo(KEEP ** 2, 12);
    expect(after.previous).toEqual({ requests: 100, bad: 1 });
  });

  test("are one standard error above the estimate, as far as there is one", () => {
    const phi = (prior: number, squares: number, bad: number, pairs: number) =>
      phiOf({ prior, squares, bad, pairs, previous: undefined });
    const above = (estimate: number, known: number, pairs: number) =>
      Math.sqrt((1 - 1 / estimate) * ((2.5 * (estimate + 1)) / known + 2 / (pairs + 1)));
    expect(phi(4, 0, 0, 0)).toBe(4);
    expect(phi(4, 0, 0, 100)).toBe(4);
    // Ten bad requests say as much as the prior, and are as good as all.
    expect(phi(4, 80, 10, 3)).toBeCloseTo(6 * (1 + above(6, 20, 3)), 12);
    expect(phi(4, 20, 5, 3)).toBeCloseTo(4 * (1 + 0.5 * above(4, 15, 3)), 12);
    expect(phi(4, 140, 20, 7)).toBeCloseTo(6 * (1 + above(6, 30, 7)), 12);
    // No fewer than no bursts.
    expect(phi(4, 0, 1_000, 100)).toBe(1);
  });
});

describe("a track that was bad", () => {
  test.each([
    [4, false],
    [5, true],
  ])("is quiet again after %s s: %s", (seconds, isQuiet) => {
    const refractory = newRefractory();
    burstStarts(refractory, { requests: 9, bad: 3 }, 1);
    burstStarts(refractory, { requests: 9, bad: 0 }, seconds);
    const none = { requests: 0, bad: 0 };
    expect(burstStarts(refractory, { requests: 9, bad: 3 }, 1)).toEqual(
      isQuiet ? { requests: 9, bad: 1 } : none,
    );
    expect(refractory.quiet).toBe(0);
  });

  test("is quiet at first, and never more than that", () => {
    const refractory = newRefractory();
    expect(refractory).toEqual({ quiet: 5 });
    burstStarts(refractory, { requests: 1, bad: 0 }, 60);
    expect(refractory).toEqual({ quiet: 5 });
  });
});
