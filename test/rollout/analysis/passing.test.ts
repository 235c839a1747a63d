import { describe, expect, test } from "vitest";
import { gateSettings } from "../../../rollout/analysis/settings.ts";
import {
  accepted,
  addToStep,
  logWithin,
  newStep,
  type Step,
  WELL,
  wayToPass,
} from "../../../rollout/analysis/step.ts";

// What a step must have shown before its candidate passes.

const settings = gateSettings();
const counts = (requests: number, bad: number) => ({ requests, bad });
/** Evidence enough, at odds of one to twenty. */
const ENOUGH = Math.log(0.05);

const both = (log: number) => [log, log];

function step(change: Partial<Step>): Step {
  return { ...newStep(), candidate: counts(200, 0), stable: counts(1000, 0), ...change };
}

describe("a step's evidence", () => {
  test("begins with nothing", () => {
    expect(newStep()).toEqual({
      candidate: counts(0, 0),
      stable: counts(0, 0),
      relative: 0,
      absolute: [0, 0],
    });
  });

  test("counts each track, and weighs the objective against half of it", () => {
    const seen = newStep();
    addToStep(seen, counts(100, 3), counts(300, 1), settings, 1);
    addToStep(seen, counts(50, 0), counts(20, 2), settings, 1);
    expect(seen).toMatchObject({ candidate: counts(150, 3), stable: counts(320, 3) });
    // The objective is 1 %, half of it 0.5 %.
    expect(seen.absolute[0]).toBeCloseTo(-(3 * Math.log(2) + 147 * Math.log(0.99 / 0.995)), 9);
    expect(seen.absolute[1]).toBeCloseTo(3 * Math.log(0.05) + 147 * Math.log(0.9995 / 0.99), 9);
  });

  test("weighs odds twice as high as stable's against the same, by the bad requests of both", () => {
    const seen = newStep();
    // A quarter of the requests are the candidate's: at twice the odds two fifths of the bad ones would be.
    addToStep(seen, counts(100, 1), counts(300, 5), settings, 1);
    expect(seen.relative).toBeCloseTo(Math.log(0.4 / 0.25) + 5 * Math.log(0.6 / 0.75), 9);
  });

  test.each([
    [1, 0, Math.log(0.4 / 0.25)],
    [0, 1, Math.log(0.6 / 0.75)],
    [2, 2, 2 * Math.log(0.4 / 0.25) + 2 * Math.log(0.6 / 0.75)],
  ])("weighs %s bad requests against %s", (mine, theirs, evidence) => {
    const seen = newStep();
    addToStep(seen, counts(100, mine), counts(300, theirs), settings, 1);
    expect(seen.relative).toBeCloseTo(evidence, 12);
  });

  test("counts the less the more bad requests come in bursts", () => {
    const [plain, bursts] = [newStep(), newStep()];
    addToStep(plain, counts(100, 1), counts(300, 5), settings, 1);
    addToStep(bursts, counts(100, 1), counts(300, 5), settings, 4);
    expect(bursts.relative).toBeCloseTo(plain.relative / 4, 12);
  });

  test.each([1, 1.2, 4, 20])(
    "of the objective is an e-value at bursts of %s, and shrinks above it",
    (phi) => {
      const mean = (phi + 1) / 2;
      for (const [share, sign] of [
        [0.01, 0],
        [0.02, -1],
      ] as const)
        for (const index of WELL.keys()) {
          const [bad, good] = [newStep(), newStep()];
          addToStep(bad, counts(1, 1), counts(0, 0), settings, phi);
          addToStep(good, counts(1, 0), counts(0, 0), settings, phi);
          // A burst begins at a request with the chance share / mean, and has so many bad ones.
          const y = Math.exp(bad.absolute[index]!);
          const burst = y / (mean - (mean - 1) * y);
          const more = (share / mean) * (burst - 1) + (1 - share) * (Math.exp(good.absolute[index]!) - 1);
          expect(Math.sign(Math.round(more * 1e12))).toBeCloseTo(sign, 9);
        }
    },
  );

  test("is the mean over what the candidate may be", () => {
    expect(logWithin(step({ absolute: [Math.log(3), Math.log(5)] }))).toBeCloseTo(Math.log(4), 12);
    expect(logWithin(step({ absolute: [800, 0] }))).toBeCloseTo(800 - Math.log(2), 9);
  });

  test.each([
    [1, 369],
    [4, 1024],
  ])("of one that has no bad request is enough at bursts of %s after %s", (phi, requests) => {
    const seen = newStep();
    addToStep(seen, counts(requests - 1, 0), counts(0, 0), settings, phi);
    expect(accepted(seen, settings)).toBe(false);
    addToStep(seen, counts(1, 0), counts(0, 0), settings, phi);
    expect(accepted(seen, settings)).toBe(true);
  });

  test.each([
    ["no request of the candidate's", counts(0, 0), counts(300, 5)],
    ["none of stable's", counts(100, 2), counts(0, 0)],
    ["no bad one", counts(100, 0), counts(300, 0)],
  ])("with %s says nothing between the two", (_, candidate, stable) => {
    const seen = newStep();
    addToStep(seen, candidate, stable, settings, 1);
    expect(seen.relative).toBe(0);
  });
});

describe("a step passes", () => {
  test.each<[string, Partial<Step>, boolean]>([
    ["with the sample and evidence that it is like stable", { relative: ENOUGH }, true],
    ["not with a request too few", { relative: ENOUGH, candidate: counts(199, 0) }, false],
    ["not with a little less evidence", { relative: ENOUGH + 0.001 }, false],
    ["just at the objective", { relative: ENOUGH, candidate: counts(200, 2) }, true],
    ["not over the objective", { relative: ENOUGH, candidate: counts(200, 3) }, false],
    ["where the objective alone is shown to be kept", { absolute: both(-ENOUGH) }, true],
    ["not where that is nearly shown", { absolute: both(-ENOUGH - 0.001) }, false],
    [
      "with odds a little below 3 to 1 against it",
      { absolute: both(-ENOUGH), relative: Math.log(2.99) },
      true,
    ],
    ["not with odds of 3 to 1 against it", { absolute: both(-ENOUGH), relative: Math.log(3) }, false],
    ["not with nothing shown", {}, false],
  ])("%s", (_, change, passes) => {
    expect(accepted(step(change), settings)).toBe(passes);
  });

  test.each([
    [0.05, true],
    [0.049, false],
  ])("sooner where more may be missed: %s", (miss, passes) => {
    expect(accepted(step({ relative: ENOUGH }), { ...settings, miss })).toBe(passes);
  });
});

test.each<[string, Partial<Step>, number, number]>([
  [
    "as far as its sample",
    { candidate: counts(50, 0), relative: ENOUGH, absolute: both(-ENOUGH) },
    200,
    0.25,
  ],
  ["as far as its better evidence", { relative: ENOUGH / 2, absolute: both(-1) }, 200, 0.5],
  ["the objective's too", { relative: 0, absolute: both(-ENOUGH / 4) }, 200, 0.25],
  ["not back, where all speaks against it", { relative: 3, absolute: both(-3) }, 200, 0],
  ["no further than the end", { candidate: counts(900, 0), relative: 9 * ENOUGH }, 200, 1],
  ["with no sample asked", { candidate: counts(0, 0), relative: ENOUGH / 2 }, 0, 0.5],
  ["with a sample of one asked", { candidate: counts(0, 0), relative: ENOUGH }, 1, 0],
])("a step is on its way %s", (_, change, minRequests, way) => {
  expect(wayToPass(step(change), { ...settings, minRequests })).toBeCloseTo(way, 12);
});
