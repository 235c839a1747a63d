import { expect, test } from "vitest";
import { type Note, urgency } from "../../../rollout/core/journal.ts";
import type { Stage } from "../../../rollout/core/state.ts";
import { historyFrom, historyOf } from "../../../rollout/core/verdict.ts";
import { BEGUN, stateAt } from "./example.ts";

const SIX_HOURS = 6 * 3600;
const steps = [
  { weight: 10, from: BEGUN + 1_500 },
  { weight: 50, from: BEGUN + 60_001 },
];
const bake: Stage = { at: "bake", step: 0, since: BEGUN };

test("a history begins six hours before the candidate's first traffic, or before the rollout", () => {
  const begun = BEGUN / 1000;
  expect(historyFrom(stateAt(bake, { steps }))).toBe(begun + 1 - SIX_HOURS);
  expect(historyFrom(stateAt(bake, { begunAt: BEGUN + 7_900 }))).toBe(begun + 7 - SIX_HOURS);
});

test("a history begins no earlier than stable's version: a bad one on its track isn't what is usual", () => {
  const from = (stableFrom: number) => historyFrom(stateAt(bake, { steps, stableFrom }));
  const six = BEGUN + 1_500 - SIX_HOURS * 1000;
  expect(from(six)).toBe(Math.floor(six / 1000));
  expect(from(six - 1)).toBe(Math.floor(six / 1000));
  expect(from(six + 1_000)).toBe(Math.floor(six / 1000) + 1);
  expect(from(BEGUN + 9_000)).toBe(BEGUN / 1000 + 1);
});

test("a history has what the gates judge by; a step begins with a whole second", () => {
  const seconds = [{ epochSecond: 1, tracks: {} }];
  const history = historyOf(stateAt(bake, { steps }), seconds, BEGUN + 299_999);
  expect(history).toEqual({
    stable: "blue",
    candidate: "green",
    seconds,
    steps: [
      { weight: 10, from: BEGUN / 1000 + 2 },
      { weight: 50, from: BEGUN / 1000 + 61 },
    ],
    splits: [],
    baked: false,
  });
  expect(historyOf(stateAt(bake), seconds, BEGUN + 300_000)).toMatchObject({ baked: true });
  const alarms = { error: "throttled" };
  expect(historyOf(stateAt(bake), seconds, BEGUN, { alarms, period: 60 })).toMatchObject({
    alarms,
    period: 60,
  });
});

test.each([
  ["page", ["stopped", "hold", "rollback", "unwritten"]],
  ["tell", ["begin", "passed", "released", "frozen", "paused", "ended", "command"]],
  [undefined, ["intent", "done", "failed", "lost", "verified", "led"]],
])("%s: %j", (how, kinds) => {
  for (const kind of kinds) expect(urgency({ kind } as Note)).toBe(how);
});
