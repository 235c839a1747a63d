import { describe, expect, test } from "vitest";
import type { Seen } from "../../../../rollout/core/action.ts";
import { heldToTheEnd, movedMeanwhile } from "../../../../rollout/core/next/meanwhile.ts";
import { BEGUN as NOW, reading, stateAt } from "../example.ts";

const LEFT = { blue: 90, green: 10 };
const OTHERS = { blue: 100 };
const state = stateAt({ at: "bake", step: 0, since: NOW }, { weights: LEFT, known: [LEFT] });
const lookAt = (at: "real" | "weights") => ({ is: "look", look: { at } });

function moved(real: Seen["real"], weights?: Seen["weights"]) {
  return movedMeanwhile(state, { real, weights }, NOW);
}

test.each([
  ["never", undefined],
  ["before the journal's last entry", { at: NOW, length: 0, read: LEFT }],
  ["more than 30 s ago", { at: NOW - 30_001, length: 1, read: LEFT }],
])("a balancer that was looked at %s is looked at", (_, real) => {
  expect(moved(real)).toEqual(lookAt("real"));
});

describe("a look at the balancer of 30 s ago", () => {
  const sight = { at: NOW - 30_000, length: 1 };

  test("that shows what the rollout left says nothing", () => {
    expect(moved({ ...sight, read: LEFT })).toBeUndefined();
  });

  test("that failed says nothing", () => {
    expect(moved({ ...sight, error: "throttled" })).toBeUndefined();
  });

  test("that shows other weights has all three places read, after it", () => {
    const others = { ...sight, read: OTHERS };
    const drift = reading(LEFT, LEFT, OTHERS);
    const all = { at: sight.at, length: 1, read: drift };
    expect(moved(others)).toEqual(lookAt("weights"));
    expect(moved(others, { ...all, length: 0 })).toEqual(lookAt("weights"));
    expect(moved(others, { ...all, at: sight.at - 1 })).toEqual(lookAt("weights"));
    expect(moved(others, all)).toEqual({
      is: "note",
      note: { kind: "stopped", reason: expect.stringMatching(/^the weights differ: /), drift },
    });
  });

  test("is wrong where all three places stand as the rollout left them, or can't be read", () => {
    const others = { ...sight, read: OTHERS };
    expect(moved(others, { at: NOW, length: 1, read: reading(LEFT) })).toBeUndefined();
    expect(moved(others, { at: NOW, length: 1, error: "throttled" })).toBeUndefined();
  });
});

describe("at the end of a bake", () => {
  const held = (real: Seen["real"]) => heldToTheEnd(state, { real }, NOW);
  const sight = { at: NOW - 900, length: 1 };

  test.each([
    ["never", undefined],
    ["before the journal's last entry", { at: NOW, length: 0, read: LEFT }],
    ["more than 900 ms ago", { at: NOW - 901, length: 1, read: LEFT }],
  ])("a balancer that was looked at %s is looked at", (_, real) => {
    expect(held(real)).toEqual(lookAt("real"));
  });

  test("the split held where a look of 900 ms ago shows what the rollout left", () => {
    expect(held({ ...sight, read: LEFT })).toBe(true);
    expect(held({ ...sight, read: OTHERS })).toBe(false);
  });

  test("a balancer that can't be read is waited for as long as weights are, then stops the rollout", () => {
    const limit = state.plan.limits.readSeconds * 1000;
    const failed = (failingSince: number) => held({ ...sight, error: "socket away", failingSince });
    expect(failed(NOW - limit + 1)).toBe(false);
    expect(failed(NOW - limit)).toEqual({
      is: "note",
      note: { kind: "stopped", reason: "the weights can't be read: socket away" },
    });
  });
});
