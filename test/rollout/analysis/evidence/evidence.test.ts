import { describe, expect, test } from "vitest";
import {
  closeWindow,
  type Evidence,
  eValue,
  gain,
  newEvidence,
  suspectStep,
} from "../../../../rollout/analysis/evidence/evidence.ts";
import { RATIOS } from "../../../../rollout/analysis/evidence/odds.ts";

const all = (value: number) => RATIOS.map(() => value);
const nothing = all(0);

/** What the prior adds for each ratio in the interval after `before` others. */
function addedAfter(evidence: Evidence, before: number): number {
  while (evidence.intervals < before) gain(evidence, nothing);
  const was = evidence.base[0]!;
  gain(evidence, nothing);
  return evidence.base[0]! - was;
}

describe("the prior", () => {
  test.each([
    // A day of seconds; the first ten minutes are 600 of them, a step's first minute 60.
    [24 * 3600, 1, { horizon: 86_400, beginning: 600, length: 60 }],
    [24 * 3600, 10, { horizon: 8_640, beginning: 60, length: 6 }],
    [24 * 3600, 3600, { horizon: 24, beginning: 1, length: 1 }],
    [1_800, 1, { horizon: 1_800, beginning: 600, length: 60 }],
    [4, 3, { horizon: 1, beginning: 200, length: 20 }],
    [1, 9_000, { horizon: 1, beginning: 1, length: 1 }],
  ])("over %s s in intervals of %s s", (horizonSeconds, intervalSeconds, { horizon, beginning, length }) => {
    expect(newEvidence(horizonSeconds, intervalSeconds)).toEqual({
      raw: nothing,
      base: nothing,
      intervals: 0,
      horizon,
      beginning,
      step: { weight: 0, intervals: 0, length, later: 0.1 },
    });
  });

  /** Of one ratio. */
  const spread = 0.7 / 86_400 / 6;
  const early = (at: number) => (0.2 * Math.log((at + 601) / (at + 600))) / Math.log(145) / 6;

  test("is a fifth on the doublings of time, and seven tenths on the whole, shared by the ratios", () => {
    const evidence = newEvidence(86_400, 1);
    for (const at of [0, 600, 86_399]) expect(addedAfter(evidence, at)).toBeCloseTo(spread + early(at), 15);
    expect(addedAfter(evidence, 86_400)).toBe(0);
    // As much in the first ten minutes as in the twenty after.
    const fifth = (until: number) => {
      const evidence = newEvidence(86_400, 1);
      while (evidence.intervals < until) gain(evidence, nothing);
      return evidence.base[0]! - until * spread;
    };
    expect(fifth(1800) / fifth(600)).toBeCloseTo(2, 9);
  });

  test.each([
    [86_400, 1],
    [60, 1],
    [3600, 10],
    [86_400, 3600],
  ])("is all but what is for steps over %s s in intervals of %s s", (horizonSeconds, intervalSeconds) => {
    const evidence = newEvidence(horizonSeconds, intervalSeconds);
    while (evidence.intervals < 2 * evidence.horizon) gain(evidence, nothing);
    expect(6 * evidence.base[0]!).toBeCloseTo(0.9, 9);
  });

  test("has half of a tenth for the minute after the first step, half of what is left for the next", () => {
    const evidence = newEvidence(86_400, 1);
    while (evidence.intervals < 4_000) gain(evidence, nothing);
    suspectStep(evidence);
    expect(evidence.step).toEqual({ weight: 0.05 / 60, intervals: 60, length: 60, later: 0.05 });
    expect(addedAfter(evidence, 4_000)).toBeCloseTo(spread + early(4_000) + 0.05 / 60 / 6, 15);
    expect(addedAfter(evidence, 4_059)).toBeCloseTo(spread + early(4_059) + 0.05 / 60 / 6, 15);
    expect(addedAfter(evidence, 4_060)).toBeCloseTo(spread + early(4_060), 15);
    expect(evidence.step.intervals).toBe(0);
    suspectStep(evidence);
    expect(evidence.step).toEqual({ weight: 0.025 / 60, intervals: 60, length: 60, later: 0.025 });
  });
});

describe("an interval", () => {
  const evidence = (mass: number): Evidence => ({
    ...newEvidence(1, 1),
    intervals: 1,
    raw: all(mass),
    base: all(mass),
  });

  test("multiplies what speaks for a ratio by that ratio's likelihood", () => {
    const seen = evidence(0.5);
    gain(seen, [0, 1, -1, 2, 0, 0]);
    const e = Math.E;
    expect(seen.raw).toEqual([0.5, 0.5 * e, 0.5 * Math.exp(-1), 0.5 * Math.exp(2), 0.5, 0.5]);
    expect(seen.base).toEqual(all(0.5));
    expect(seen.intervals).toBe(2);
  });

  test("adds the prior before it multiplies", () => {
    const seen = newEvidence(1, 1);
    gain(seen, all(1));
    expect(seen.raw[0]).toBeCloseTo((0.9 / 6) * Math.E, 12);
    expect(seen.base[0]).toBeCloseTo(0.9 / 6, 12);
  });

  test("says no more than e^200 at once, and no more than 1e100 ever", () => {
    const seen = evidence(1e-80);
    gain(seen, all(1_000));
    expect(seen.raw[0]! / (1e-80 * Math.exp(200))).toBeCloseTo(1, 9);
    for (let i = 0; i < 2; i++) gain(seen, all(1_000));
    expect(seen.raw).toEqual(all(1e100));
  });
});

describe("within a window", () => {
  const grown = (nats: number, base = 0.01): Evidence => ({
    ...newEvidence(1, 1),
    raw: [base * Math.exp(nats), 0, 0, 0, 0, 0],
    base: [base, 0, 0, 0, 0, 0],
  });

  test.each([
    ["less than before counts", -1, 1, -1],
    ["3.5 nats count in full", 3.5, 1, 3.5],
    ["a fifth of what is beyond", 8.5, 1, 4.5],
    ["with bursts twice as much in full", 7, 2, 7],
    ["with bursts a fifth beyond", 12, 2, 8],
  ])("%s", (_, nats, phi, counted) => {
    const seen = grown(nats);
    expect(Math.log(eValue(seen, phi) / 0.01)).toBeCloseTo(counted, 9);
    closeWindow(seen, phi);
    expect(Math.log(seen.raw[0]! / 0.01)).toBeCloseTo(counted, 9);
    expect(seen.base).toEqual(seen.raw);
    // What was held down is lost: the next window begins here.
    expect(eValue(seen, phi)).toBe(seen.raw[0]);
  });

  test("all ratios speak together", () => {
    expect(eValue({ ...newEvidence(1, 1), raw: [1, 2, 3, 4, 5, 6], base: all(6) }, 1)).toBe(21);
  });

  test("what grew from nothing is nothing", () => {
    expect(eValue({ ...newEvidence(1, 1), raw: all(1), base: all(0) }, 1)).toBe(0);
  });
});
