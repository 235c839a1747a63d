import { expect, test } from "vitest";
import type { Weights } from "../../../rollout/core/weights.ts";
import { WeightMarks } from "../../../rollout/run/weight-marks.ts";

const BLUE = { blue: 100, green: 0 };
const SPLIT = { blue: 90, green: 10 };

function marks(answer: () => Promise<void> = async () => {}) {
  const clock = { at: 0, now: () => clock.at, sleep: async () => {} };
  const shown: [second: number, weights: Weights][] = [];
  const showWeights = (weights: Weights) => {
    shown.push([clock.at / 1000, weights]);
    return answer();
  };
  const all = new WeightMarks({ showWeights }, clock);
  /** As a run does, each second of a stretch. */
  const see = async (weights: Weights | undefined, from: number, to: number) => {
    for (clock.at = from * 1000; clock.at < to * 1000; clock.at += 1000) {
      all.see(weights);
      await all.sent();
    }
  };
  return { all, shown, see };
}

test("the weights are shown at each change, and each minute", async () => {
  const { shown, see } = marks();
  await see(undefined, 0, 10);
  await see(BLUE, 10, 100);
  await see(SPLIT, 100, 130);
  await see({ ...SPLIT }, 130, 221);
  expect(shown).toEqual([
    [10, BLUE],
    [70, BLUE],
    [100, SPLIT],
    [160, SPLIT],
    [220, SPLIT],
  ]);
});

test("one that fails or hangs holds nothing up", async () => {
  const failing = marks(() => Promise.reject(new Error("no")));
  await failing.see(BLUE, 0, 61);
  expect(failing.shown).toHaveLength(2);
  const hanging = marks(() => new Promise(() => {}));
  hanging.all.see(BLUE);
  hanging.all.see(SPLIT);
  expect(hanging.shown).toEqual([[0, BLUE]]);
});
