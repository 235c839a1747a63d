import { describe, expect, test } from "vitest";
import {
  type Gains,
  logs,
  newGains,
  RATIOS,
  setShare,
  worse,
} from "../../../../rollout/analysis/evidence/odds.ts";
import { type Stream, tempered } from "../../../../rollout/analysis/evidence/temper.ts";

test("evidence is gathered for regressions from one and a half to two hundred times the odds", () => {
  expect(RATIOS).toEqual([1.5, 2, 4, 10, 50, 200]);
});

test("twice the odds of 1 in 5 are 2 to 4: a third", () => {
  expect(worse(0.2, 2)).toBeCloseTo(1 / 3, 12);
  expect(worse(0.5, 4)).toBeCloseTo(0.8, 12);
});

describe("gains", () => {
  const filled = (share: number, phi: number, stream: Stream = "bad"): Gains => {
    const gains = newGains(stream);
    setShare(gains, share, phi);
    return gains;
  };

  test("are none before a share is known", () => {
    expect(newGains("requests")).toEqual({
      stream: "requests",
      share: -1,
      phi: 1,
      hit: [0, 0, 0, 0, 0, 0],
      other: [0, 0, 0, 0, 0, 0],
    });
  });

  test("are the log-likelihood ratios where nothing comes in bursts", () => {
    const gains = filled(0.2, 1);
    // Twice the odds: a hit is 1/3 in place of 1/5, another 2/3 in place of 4/5.
    expect(gains.hit[1]).toBeCloseTo(Math.log(1 / 3 / 0.2), 12);
    expect(gains.other[1]).toBeCloseTo(Math.log(2 / 3 / 0.8), 12);
    expect(gains.hit[3]).toBeCloseTo(Math.log(10 / 14 / 0.2), 12);
    expect(gains).toMatchObject({ share: 0.2, phi: 1 });
  });

  test.each(["bad", "requests"] as const)("are tempered where %s come in bursts", (stream) => {
    const [plain, gains] = [filled(0.2, 1, stream), filled(0.2, 3, stream)];
    for (const [i, hit] of plain.hit.entries()) {
      const power = tempered(stream, 0.2, hit, plain.other[i]!, 3);
      expect(gains.hit[i]).toBeCloseTo(power * hit, 12);
      expect(gains.other[i]).toBeCloseTo(power * plain.other[i]!, 12);
    }
  });

  test.each([0, 1])("are none at a share of %s", (share) => {
    const none = RATIOS.map(() => 0);
    const { hit, other } = filled(share, 3);
    expect(hit.map(Math.abs)).toEqual(none);
    expect(other.map(Math.abs)).toEqual(none);
  });

  test("are worked out anew only for another share or other bursts", () => {
    const gains = filled(0.2, 2);
    gains.hit[0] = 99;
    setShare(gains, 0.2, 2);
    expect(gains.hit[0]).toBe(99);
    setShare(gains, 0.2, 3);
    expect(gains).toMatchObject({ share: 0.2, phi: 3 });
    expect(gains.hit[0]).toBeLessThan(1);
    gains.hit[0] = 99;
    setShare(gains, 0.3, 3);
    expect(gains).toMatchObject({ share: 0.3, phi: 3 });
    expect(gains.hit[0]).toBeLessThan(1);
  });

  test("of counts: each hit speaks, and so does each other", () => {
    const gains = { ...newGains("bad"), hit: [2, 3], other: [-0.5, -1] };
    expect(logs(gains, { requests: 5, bad: 2 })).toEqual([2.5, 3]);
    expect(logs(gains, { requests: 0, bad: 0 })).toEqual([0, 0]);
  });
});

// The equations that the power solves, as they stand in its comment: bursts of geometric size, mean (phi + 1) / 2.
describe("tempering", () => {
  const cases = [0.02, 0.2, 0.6].flatMap((share) =>
    RATIOS.flatMap((ratio) => [1.2, 2, 5, 30].map((phi) => [share, ratio, phi] as const)),
  );

  test.each(cases)("share %s, ratio %s, dispersion %s", (share, ratio, phi) => {
    const raised = worse(share, ratio);
    const [hit, other] = [Math.log(raised / share), Math.log((1 - raised) / (1 - share))];
    const mean = (phi + 1) / 2;
    const generated = (x: number) => x / (mean - (mean - 1) * x);

    const bad = tempered("bad", share, hit, other, phi);
    const onOneTrack = (t: number) =>
      share * generated(Math.exp(t * hit)) + (1 - share) * generated(Math.exp(t * other)) - 1;
    const requests = tempered("requests", share, hit, other, phi);
    const ofOne = (t: number) =>
      (share / mean) * (generated(Math.exp(t * hit)) - 1) + (1 - share) * (Math.exp(t * other) - 1);

    for (const [power, excess] of [
      [bad, onOneTrack],
      [requests, ofOne],
    ] as const) {
      // The largest power that is on the safe side.
      expect(power).toBeGreaterThan(0.001);
      expect(excess(power)).toBeLessThanOrEqual(0);
      expect(excess(power + 1e-8)).toBeGreaterThan(0);
    }
  });

  test("there is none without bursts", () => {
    expect(tempered("bad", 0.2, 1, -1, 1)).toBe(1);
    expect(tempered("requests", 0.2, 1, -1, 0.5)).toBe(1);
  });
});
