import { describe, expect, test } from "vitest";
import { Stress } from "../../app/stress.ts";
import { isShed, StressLevel } from "../../app/stress-level.ts";

/** Readings a second apart, and the level after each. */
function levels(...readings: number[]): string[] {
  const level = new StressLevel(3_000);
  return readings.map((stress, second) => level.observe(stress, second * 1_000));
}

const [CALM, STRAINED, CRITICAL] = ["calm", "strained", "critical"];

describe("the level", () => {
  test("rises at once, at 0.8 and at 0.9", () => {
    expect(levels(0.79, 0.8, 0.89, 0.9, 1)).toEqual([CALM, STRAINED, STRAINED, CRITICAL, CRITICAL]);
    expect(levels(1)).toEqual([CRITICAL]);
  });

  test("falls only after the hold time below, one level at a time", () => {
    expect(levels(0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)).toEqual([
      ...[CRITICAL, CRITICAL, CRITICAL, CRITICAL],
      ...[STRAINED, STRAINED, STRAINED],
      CALM,
    ]);
  });

  test("stays between its two thresholds", () => {
    expect(levels(0.8, 0.75, 0.75, 0.75, 0.75, 0.75, 0.7)).toEqual(Array(7).fill(STRAINED));
    expect(levels(0.9, 0.85, 0.85, 0.85, 0.85, 0.85, 0.8)).toEqual(Array(7).fill(CRITICAL));
  });

  test("a high reading begins the hold anew", () => {
    expect(levels(0.8, 0.1, 0.1, 0.75, 0.1, 0.1, 0.1, 0.1)).toEqual([...Array(7).fill(STRAINED), CALM]);
  });

  test("doesn't flap about a threshold", () => {
    const seen = levels(...Array.from({ length: 50 }, (_, second) => 0.8 + (second % 2 ? -0.02 : 0.02)));
    expect(new Set(seen)).toEqual(new Set([STRAINED]));
  });
});

test.each([
  ["optional", "calm", false],
  ["optional", "strained", true],
  ["optional", "critical", true],
  ["normal", "strained", false],
  ["normal", "critical", true],
  ["essential", "critical", false],
] as const)("a flag that is %s, when it is %s: off is %s", (importance, level, off) => {
  expect(isShed(importance, level)).toBe(off);
});

describe("the server's own stress", () => {
  const pool = (busy: number, waiting = 0) => ({
    totalCount: 10,
    idleCount: 10 - busy,
    waitingCount: waiting,
    options: { max: 10 },
  });
  const settled = (stress: Stress, loopMs = 0) => {
    for (let tick = 0; tick < 20; tick += 1) stress.sample(loopMs, tick * 500);
    return stress.report();
  };

  test.each([
    ["an idle pool", pool(0), 0, 0],
    ["a pool all busy", pool(10), 0, 0.5],
    ["as many waiting as there are connections", pool(10, 10), 0, 1],
    ["more waiting than that", pool(10, 50), 0, 1],
    ["an event loop that is 200 ms late", pool(0), 200, 0.8],
  ])("with %s", (_, view, loopMs, value) => {
    expect(settled(new Stress(10, view, 0), loopMs).value).toBe(value);
  });

  test("is of the requests in flight, and forgets those that failed too", async () => {
    const stress = new Stress(4, pool(0), 0);
    const ends: (() => void)[] = [];
    const open = Array.from({ length: 3 }, () =>
      stress.during(() => new Promise<void>((_, reject) => ends.push(() => reject(new Error("gone"))))),
    );
    expect(settled(stress)).toMatchObject({ inFlight: 0.75, value: 0.75, level: "calm" });
    for (const end of ends) end();
    await Promise.allSettled(open);
    expect(settled(stress)).toMatchObject({ inFlight: 0, value: 0 });
  });

  test("of one slow moment doesn't turn anything off; of a lasting one does", () => {
    const stress = new Stress(4, pool(0), 10_000);
    stress.sample(1_000, 0);
    expect(stress.level).toBe("calm");
    stress.sample(1_000, 500);
    stress.sample(1_000, 1_000);
    expect(stress.level).toBe("strained");
  });
});
