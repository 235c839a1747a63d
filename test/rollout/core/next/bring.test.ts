import { describe, expect, test } from "vitest";
import { bring, rest } from "../../../../rollout/core/next/bring.ts";
import type { RolloutState } from "../../../../rollout/core/state.ts";
import { BEGUN as NOW, reading, stateAt, weightsSeen } from "../example.ts";

const TARGET = { blue: 90, green: 10 };
const BEFORE = { blue: 100 };
const act = { do: "weights", weights: TARGET } as const;
const look = { is: "busy", action: { is: "look", look: { at: "weights" } } };

function state(changes: Partial<RolloutState> = {}): RolloutState {
  return stateAt({ at: "shift", step: 0 }, { weights: BEFORE, known: [BEFORE, TARGET], ...changes });
}

/** What comes of weights that were read `ago` milliseconds before. */
function brought(read = reading(BEFORE), changes: Partial<RolloutState> = {}, ago = 0) {
  return bring(state(changes), weightsSeen(NOW - ago, read), NOW, TARGET, act);
}

describe("what was read", () => {
  test("is needed, and is looked for again once the journal is longer", () => {
    expect(bring(state(), {}, NOW, TARGET, act)).toEqual(look);
    expect(brought(reading(BEFORE), { length: 2 })).toEqual(look);
  });

  test("is acted upon for 30 s", () => {
    expect(brought(reading(BEFORE), {}, 30_000)).toEqual({ is: "due", act });
    expect(brought(reading(BEFORE), {}, 30_001)).toEqual(look);
    expect(brought(reading(TARGET), {}, 30_001)).toEqual(look);
  });

  test("is there when all three places say so, or both where there is no record", () => {
    expect(brought(reading(TARGET))).toEqual({ is: "there" });
    expect(brought(reading(TARGET, null))).toEqual({ is: "there" });
    expect(brought(reading(TARGET, BEFORE))).toEqual({ is: "due", act });
    expect(brought(reading(BEFORE, TARGET, TARGET))).toEqual({ is: "due", act });
    expect(brought(reading(TARGET, TARGET, BEFORE))).toEqual({ is: "due", act });
  });
});

describe("what can't be read", () => {
  const unread = (ago: number, failingSince?: number) =>
    bring(
      state(),
      { weights: { at: NOW - ago, length: 1, error: "no network", failingSince } },
      NOW,
      TARGET,
      act,
    );

  test("is looked for again after a second", () => {
    const until = NOW + 1;
    expect(unread(999)).toEqual({
      is: "busy",
      action: { is: "wait", until, why: "reading the weights back" },
    });
    expect(unread(1_000)).toEqual(look);
  });

  test("stops the rollout after a minute of failures", () => {
    const stop = {
      is: "busy",
      action: { is: "note", note: { kind: "stopped", reason: "the weights can't be read: no network" } },
    };
    expect(unread(2_000, NOW - 59_999)).toEqual(look);
    expect(unread(2_000, NOW - 60_000)).toStrictEqual(stop);
    // The first failure is the look itself.
    expect(unread(29_000)).toEqual(look);
  });
});

describe("weights that aren't there yet", () => {
  test("have a minute after the act to show", () => {
    expect(brought(reading(BEFORE), { doneAt: NOW - 59_999 }, 1_000)).toEqual(look);
    expect(brought(reading(BEFORE), { doneAt: NOW - 59_999 }, 999)).toMatchObject({
      is: "busy",
      action: { is: "wait", until: NOW + 1 },
    });
    expect(brought(reading(BEFORE), { doneAt: NOW - 60_000 }, 1_000)).toEqual({ is: "due", act });
  });

  test("are set once more two seconds after a failure", () => {
    const wait = { is: "wait", until: NOW + 1, why: "once more after: denied" };
    const failed = { failedAt: NOW - 1_999, lastError: "denied" };
    expect(brought(reading(BEFORE), failed)).toEqual({ is: "busy", action: wait });
    expect(rest(state(failed), NOW)).toEqual(wait);
    expect(rest(state({ failedAt: NOW - 2_000 }), NOW)).toBeUndefined();
    expect(rest(state(), NOW)).toBeUndefined();
  });

  test("are given up after three tries", () => {
    expect(brought(reading(BEFORE), { tries: 2 })).toEqual({ is: "due", act });
    expect(brought(reading(BEFORE), { tries: 3, lastError: "denied" })).toEqual({
      is: "spent",
      reason: "denied",
    });
    expect(brought(reading(TARGET, BEFORE), { tries: 3 })).toEqual({
      is: "spent",
      reason: "the weights stay config blue 90 green 10, state blue 100, balancer blue 90 green 10",
    });
  });

  test("that somebody else has set stop the rollout, and a person is told what stands where", () => {
    const others = { blue: 80, green: 20 };
    const drift = reading(BEFORE, BEFORE, others);
    const text = "the weights differ: config blue 100, state blue 100, balancer blue 80 green 20";
    expect(brought(drift)).toEqual({
      is: "busy",
      action: { is: "note", note: { kind: "stopped", reason: `${text}, the rollout left blue 100`, drift } },
    });
    expect(brought(drift, { weights: undefined })).toMatchObject({
      action: { note: { kind: "stopped", reason: text } },
    });
  });
});
