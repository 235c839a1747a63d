import { describe, expect, test } from "vitest";
import { replay } from "../../../rollout/core/replay.ts";
import type { GateBar } from "../../../rollout/view/model.ts";
import { leftText, timeLeft } from "../../../rollout/view/time-left.ts";
import { BEGUN, baking, plan } from "./example.ts";

// The second step's bake is from the 137th second to the 257th, and its gates may wait until the 857th.

const gate = (change: Partial<GateBar> = {}): GateBar => ({
  ...{ name: "errors", outcome: "wait", hold: false, reason: "", toFail: 0, toPass: 0.5 },
  ...change,
});
const at = (second: number, gates: GateBar[], lateSeconds = 0, change = {}) => {
  const now = BEGUN + second * 1000;
  return timeLeft({ ...replay(baking)!, ...change }, gates, now - lateSeconds * 1000, now);
};

test("of a bake is told with what the gates still need at this pace", () => {
  const left = { bakeSeconds: 60, deadlineSeconds: 660, laterSeconds: 300 };
  expect(at(197, [gate({ toPass: 0.25 })])).toEqual({ ...left, gatesSeconds: 180 });
  // Half of the way took 60 s, and the figures are 10 s old.
  expect(at(207, [gate()], 10)).toMatchObject({ gatesSeconds: 50, bakeSeconds: 50 });
  expect(at(197, [gate(), gate({ toPass: 0.25 })])).toMatchObject({ gatesSeconds: 180 });
});

describe("what the gates need", () => {
  test.each<[string, number, Partial<GateBar>, number | undefined]>([
    ["is nothing when they pass", 300, { outcome: "pass" }, 0],
    ["is nothing while the bake alone keeps them", 200, { toPass: 1 }, 0],
    ["isn't known when all is there, and yet they wait", 300, { toPass: 1 }, undefined],
    ["isn't known when nothing came", 200, { toPass: 0 }, undefined],
    ["isn't known in a hold", 200, { hold: true }, undefined],
    ["isn't known of one that failed", 200, { outcome: "fail" }, undefined],
    ["isn't known sooner than after ten seconds", 146, {}, undefined],
    ["is known after ten seconds", 147, {}, 10],
  ])("%s", (_, second, change, seconds) => {
    expect(at(second, [gate(change)])?.gatesSeconds).toBe(seconds);
  });
});

test.each([
  ["a pause", 200, { paused: { at: 0, reason: "" } }],
  ["a stop", 200, { stopped: "drift" }],
  ["a hold", 200, { held: true }],
  ["sessions that are to end", 257, { draining: "blue" }],
  ["the next split", 200, { stage: { at: "shift", step: 1, since: 0 } }],
])("no time is told in %s", (_, second, change) => {
  expect(at(second, [gate()], 0, change)).toBeUndefined();
});

test("sessions that are to end are no reason while it bakes", () => {
  expect(at(256, [gate()], 0, { draining: "blue" })).toBeDefined();
});

describe("a person reads", () => {
  const left = { bakeSeconds: 60, gatesSeconds: 60, deadlineSeconds: 660, laterSeconds: 300 };
  test.each([
    ["the bake's rest", {}, ", 60 s left, 6 min to the end of the last"],
    ["of the last step no more than that", { laterSeconds: 0 }, ", 60 s left"],
    [
      "when the gates need longer",
      { gatesSeconds: 61 },
      ", some 61 s left at this traffic, 6 min to the end of the last",
    ],
    [
      "when they need just until it pauses",
      { gatesSeconds: 660 },
      ", some 11 min left at this traffic, 16 min to the end of the last",
    ],
    [
      "when they need longer than that",
      { gatesSeconds: 661 },
      ", the gates need some 11 min at this traffic: it pauses in 11 min",
    ],
    ["the bake's rest when nothing is known", { gatesSeconds: undefined }, ", 60 s left of the bake"],
    [
      "no time that isn't so",
      { gatesSeconds: undefined, bakeSeconds: 0 },
      ", no end in sight: it pauses in 11 min",
    ],
    ["0 s when it goes on at once", { gatesSeconds: 0, bakeSeconds: 0, laterSeconds: 0 }, ", 0 s left"],
  ])("%s", (_, change, text) => {
    expect(leftText({ ...left, ...change })).toBe(text);
  });

  test("nothing when no bake is under way", () => {
    expect(leftText(undefined)).toBe("");
  });
});

test("the example's second step may wait until ten minutes after its bake", () => {
  expect(plan.steps[1]).toMatchObject({ bakeSeconds: 120, graceSeconds: 600 });
});
