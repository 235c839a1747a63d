import { describe, expect, test } from "vitest";
import type { Seen } from "../../../../rollout/core/action.ts";
import { wakeToLook, watch } from "../../../../rollout/core/next/watch.ts";
import type { RolloutState } from "../../../../rollout/core/state.ts";

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

describe("the gates are asked", () => {
  const look = { is: "busy", action: { is: "look", look: { at: "gates" } } };
  const ask = (changes: Partial<RolloutState>, sight: Seen = seen(10_160, 10_000), now = 10_200) =>
    watch({ ...state, ...changes } as RolloutState, sight, now);

  test.each([
    ["shift", look],
    ["bake", look],
    ["promote", look],
    ["return", { is: "well" }],
    ["keep", { is: "well" }],
  ])("in %s", (at, expected) => {
    expect(ask({ stage: { at } as RolloutState["stage"] }, {})).toEqual(expected);
  });

  test("once users may be on the candidate", () => {
    expect(ask({ steps: [] }, {})).toEqual({ is: "well" });
  });

  test("anew in each step", () => {
    const steps = [...state.steps, { weight: 50, from: 5_000 }];
    expect(ask({ steps })).toEqual(look);
  });

  // Between what comes at once and what is behind: a second.
  test.each([
    [12_149, 12_199],
    [12_150, 13_150],
    [10_151, 11_150],
    [10_150, 11_150],
  ])("looked at %s, then at %s", (at, then) => {
    expect(nextLook(at, 10_000)).toBe(then);
  });
});

describe("their word", () => {
  const evidence = [{ outcome: "fail" }];
  const says = (verdict: object, changes: Partial<RolloutState> = {}) => {
    const sight = seen(10_160, 10_000);
    sight.gates!.verdict = { outcome: "wait", reason: "both sick", ...verdict };
    return watch({ ...state, ...changes } as RolloutState, sight, 10_200);
  };
  const noted = (note: object) => ({ is: "busy", action: { is: "note", note } });

  test("that the candidate is sick, with the evidence", () => {
    expect(says({ outcome: "fail", reason: "errors", evidence })).toEqual({
      is: "sick",
      reason: "errors",
      evidence,
    });
    expect(says({ outcome: "pass" })).toEqual({ is: "well" });
  });

  test("that both are sick is noted once, and its end", () => {
    expect(says({ hold: true })).toEqual(noted({ kind: "hold", reason: "both sick" }));
    expect(says({ hold: true, evidence })).toEqual(noted({ kind: "hold", reason: "both sick", evidence }));
    expect(says({ hold: true }, { held: true })).toEqual({ is: "well" });
    expect(says({}, { held: true })).toEqual(noted({ kind: "released" }));
    expect(says({})).toEqual({ is: "well" });
  });
});

describe("what waits", () => {
  const action = { is: "wait", until: 10_500, why: "baking" } as const;

  test("waits no longer than to the next look, and no longer than it would have", () => {
    expect(wakeToLook(action, state, seen(10_160, 10_000))).toEqual(action);
    expect(wakeToLook({ ...action, until: 90_000 }, state, seen(10_160, 10_000))).toEqual({
      ...action,
      until: 11_150,
    });
  });

  test("as it would have where the gates were never asked, and what doesn't wait isn't changed", () => {
    expect(wakeToLook(action, state, {})).toBe(action);
    const note = { is: "note", note: { kind: "released" } } as const;
    expect(wakeToLook(note, state, seen(10_160, 10_000))).toBe(note);
  });
});
