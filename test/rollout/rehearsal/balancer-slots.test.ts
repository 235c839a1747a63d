import fc from "fast-check";
import { expect, test } from "vitest";
import { binomialBounds } from "../../../rollout/load/binomial.ts";
import { slotsOf, weightsOf } from "../../../rollout/platforms/rehearsal/balancer/config/slots.ts";

/** One to five tracks with whole weights above 0 that sum to 100. */
const anyWeights = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 4 })
  .map((cuts) => [0, ...cuts.sort((a, b) => a - b), 100])
  .map((ends) => Object.fromEntries(ends.slice(1).map((end, index) => [`t${index}`, end - ends[index]!])));

test("a hundred slots hold every split exactly", () => {
  fc.assert(
    fc.property(anyWeights, (weights) => {
      expect(weightsOf(slotsOf(weights))).toEqual(weights);
    }),
  );
});

test("any run of requests is within the 99 % bound, wherever it starts", () => {
  fc.assert(
    fc.property(anyWeights, fc.nat(99), fc.integer({ min: 10, max: 100 }), (weights, start, length) => {
      const slots = slotsOf(weights);
      const run = Array.from({ length }, (_, index) => slots[(start + index) % 100]!);
      for (const [track, weight] of Object.entries(weights)) {
        const { low, high } = binomialBounds(length, weight / 100);
        const count = run.filter((slot) => slot === track).length;
        expect(count).toBeGreaterThanOrEqual(low);
        expect(count).toBeLessThanOrEqual(high);
      }
    }),
  );
});

test("the same weights give the same slots, whatever the order they come in", () => {
  expect(slotsOf({ green: 10, blue: 90 })).toEqual(slotsOf({ blue: 90, green: 10 }));
});

test("the turns aren't evenly spaced, or they would fall in step with a client", () => {
  const turns = slotsOf({ blue: 90, green: 10 }).flatMap((track, slot) =>
    track === "green" ? [slot % 10] : [],
  );
  expect(new Set(turns).size).toBeGreaterThan(3);
});

test("weights that don't sum to 100 are refused", () => {
  expect(() => slotsOf({ blue: 90, green: 20 })).toThrow("weights must sum to 100, they sum to 110");
});
