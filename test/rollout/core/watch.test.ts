import { expect, test } from "vitest";
import type { Seen } from "../../../rollout/core/action.ts";
import { wakeToLook, watch } from "../../../rollout/core/next/watch.ts";
import type { RolloutState } from "../../../rollout/core/state.ts";

const state = {
  stage: { at: "bake", step: 0, since: 0 },
  steps: [{ weight: 25, from: 0 }],
  held: false,
} as unknown as RolloutState;

/** A look at `at`, when the metrics reached to `through`. */
function seen(at: number, through: number): Seen {
  return { gates: { at, through, length: 1, steps: 1, verdict: { outcome: "wait", reason: "" } } };
}

/** When the next look is taken by a controller that sleeps as long as it is allowed to. */
function nextLook(at: number, through: number): number {
  const action = wakeToLook({ is: "wait", until: at + 60_000, why: "baking" }, state, seen(at, through));
  const until = action.is === "wait" ? action.until : Number.NaN;
  expect(watch(state, seen(at, through), until)).toMatchObject({
    is: "busy",
    action: { look: { at: "gates" } },
  });
  expect(watch(state, seen(at, through), until - 1)).toEqual({ is: "well" });
  return until;
}

test("the gates are asked as soon as a second's metrics are complete, wherever in a second the last look was", () => {
  for (const at of [10_160, 10_500, 10_999, 11_090]) expect(nextLook(at, 10_000)).toBe(11_150);
});

test("a second that is late is looked for again at once", () => {
  expect(nextLook(11_160, 10_000)).toBe(11_210);
});

test("metrics that are minutes behind are looked at each second", () => {
  expect(nextLook(300_000, 120_000)).toBe(301_000);
});

test("where no user is on the candidate nothing is woken for a look", () => {
  const action = { is: "wait", until: 90_000, why: "keeps its servers a while" } as const;
  expect(wakeToLook(action, { ...state, stage: { at: "keep", since: 0 } }, seen(10_000, 9_000))).toBe(action);
});
