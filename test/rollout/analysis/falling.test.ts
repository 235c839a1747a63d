import { describe, expect, test } from "vitest";
import {
  beginFallStep,
  convictFall,
  type Fall,
  fallEvidence,
  fallVerdict,
  learnFall,
  newFall,
  observeFall,
} from "../../../rollout/analysis/falling.ts";
import { gateSettings } from "../../../rollout/analysis/settings.ts";
import { binomialBounds } from "../../../rollout/load/binomial.ts";
import { badOf, seededRandom } from "./streams.ts";

// What users do, such as order, is to be as frequent on the candidate as on stable.

const counts = (requests: number, bad: number) => ({ requests, bad });
const settings = (change = {}) =>
  gateSettings({ indicator: "fewer orders", horizonSeconds: 3600, ...change });

/** A tenth of 100 requests/s is the candidate's. @param burst how many orders one user sends at once */
function played(
  seed: number,
  { seconds = 1800, share = 0.02, stable = 0.02, burst = 1, change = {} },
): [Fall, number] {
  const random = seededRandom(seed);
  const fall = newFall(settings(change));
  const drawn = (requests: number, chance: number) =>
    counts(requests, burst * badOf(random, requests, chance / burst));
  // As much as a rollout reads of stable's past: drawn for a dozen seconds at once, as only blocks are learned from.
  for (let i = 0; i < 1800; i++) {
    learnFall(fall, drawn(1200, stable));
    for (let j = 1; j < 12; j++) learnFall(fall, counts(0, 0));
  }
  beginFallStep(fall);
  for (let i = 0; i < seconds; i++) {
    observeFall(fall, drawn(10, share), drawn(90, stable));
    if (fall.failed) return [fall, i + 1];
  }
  return [fall, Number.POSITIVE_INFINITY];
}

describe("a fall", () => {
  test("to half is found within a quarter of an hour, and to nothing within three minutes", () => {
    const median = (share: number) =>
      Array.from({ length: 11 }, (_, seed) => played(seed + 1, { share })[1]).sort((a, b) => a - b)[5]!;
    expect(median(0)).toBeLessThan(180);
    expect(median(0.01)).toBeGreaterThan(median(0));
    expect(median(0.01)).toBeLessThan(900);
  });

  test("is told by what users did on both", () => {
    const [fall] = played(3, { share: 0 });
    expect(fall.failed).toMatchObject({
      outcome: "fail",
      method: "rarer than on stable",
      toFail: 1,
      toPass: 1,
    });
    expect(fall.failed!.reason).toMatch(
      /^fewer orders: candidate: 0 of [\d,]+ \(0 %\), stable [\d,]+ of [\d,]+; rarer than on stable$/,
    );
    expect(fallVerdict(fall)).toBe(fall.failed);
  });

  test.each([
    ["on both", { share: 0.002, stable: 0.002 }],
    ["to more", { share: 0.06 }],
    ["where nobody does it", { share: 0, stable: 0 }],
  ])("%s is none", (_, what) => {
    for (let seed = 1; seed <= 5; seed++) expect(played(seed, what)[0].failed).toBeUndefined();
  });

  test.each([1, 4])(
    "isn't found in a candidate as well as stable more often than promised, %s at once",
    (burst) => {
      const days = 150;
      const failed = Array.from({ length: days }, (_, seed) => played(900 + seed, { burst })[0].failed);
      const { high } = binomialBounds(days, 0.01, 0.998);
      expect(failed.filter(Boolean).length).toBeLessThanOrEqual(high);
    },
  );

  test("fails just at its false-alarm rate", () => {
    const one = (falseAlarm: number) => {
      const fall = newFall(settings({ falseAlarm }));
      beginFallStep(fall);
      for (let i = 0; i < 8; i++) observeFall(fall, counts(10, 0), counts(10, 5));
      return fall;
    };
    const value = fallEvidence(one(1e-9));
    expect(value).toBeGreaterThan(2);
    expect(one((1 / value) * 1.000001).failed).toBeDefined();
    expect(one((1 / value) * 0.999999).failed).toBeUndefined();
    expect(fallVerdict(one((1 / value) * 0.999999)).toFail).toBeCloseTo(1, 5);
  });

  test("without requests of stable, as at the last step, says nothing", () => {
    const fall = newFall(settings());
    beginFallStep(fall);
    for (let i = 0; i < 300; i++) observeFall(fall, counts(100, 0), counts(0, 0));
    expect(fallEvidence(fall)).toBeLessThan(1);
    expect(fallVerdict(fall)).toMatchObject({ outcome: "pass", toFail: 0 });
  });

  test("that others see too is told with them, and a step counts anew", () => {
    const [fall] = played(1, { seconds: 60 });
    convictFall(fall, ["cut"]);
    expect(fall.failed!.method).toBe("rarer than on stable, and so says cut");
    const [other] = played(1, { seconds: 60 });
    beginFallStep(other);
    expect(other.step).toEqual({ candidate: counts(0, 0), stable: counts(0, 0) });
  });
});
