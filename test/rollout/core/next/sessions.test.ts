import { describe, expect, test } from "vitest";
import type { Seen } from "../../../../rollout/core/action.ts";
import { next } from "../../../../rollout/core/controller.ts";
import type { Note } from "../../../../rollout/core/journal.ts";
import type { Led } from "../../../../rollout/core/reading.ts";
import { replay } from "../../../../rollout/core/replay.ts";
import type { RolloutState } from "../../../../rollout/core/state.ts";
import { BEGUN, plan } from "../example.ts";

// A pause for sessions that don't fit, from the journal on.

const CANARY = { blue: 90, green: 10 };
const BAKING: Note[] = [
  { kind: "begin", rollout: "r1", stable: "blue", candidate: "green", plan },
  { kind: "verified", weights: { blue: 100 } },
  { kind: "done", id: 2, result: { backup: "b" } },
  ...(["backup", "migrate", "deploy"] as const).flatMap((act, index): Note[] => [
    { kind: "intent", id: 3 + index, act: { do: act, name: "r1", track: "green" } },
    { kind: "done", id: 3 + index },
  ]),
  { kind: "intent", id: 9, act: { do: "smoke", track: "green" } },
  { kind: "done", id: 9, result: { passed: true, details: [] } },
  { kind: "intent", id: 11, act: { do: "weights", weights: CANARY } },
  { kind: "done", id: 11 },
  { kind: "verified", weights: CANARY },
];
const AT = BEGUN + BAKING.length * 1000;
const stateAfter = (...notes: Note[]): RolloutState =>
  replay([...BAKING, ...notes].map((note, index) => ({ ...note, at: BEGUN + index * 1000, by: "test" })))!;
const PAUSED: Note = { kind: "paused", reason: "skewed", about: "sessions" };
const seen = (state: RolloutState, skewed?: string, at = AT + 60_000, led: Led = {}): Seen => ({
  weights: {
    at,
    length: state.length,
    read: { config: CANARY, state: null, real: CANARY, cohorts: { config: led, real: led } },
  },
  gates: {
    at,
    ...{ length: state.length, through: at, heard: at, steps: state.steps.length },
    verdict: { outcome: "wait", reason: "few", ...(skewed && { skewed }) },
  },
});

describe("sessions that don't fit their split", () => {
  test("pause the bake, with what was found", () => {
    const state = stateAfter();
    expect(state.stage.at).toBe("bake");
    expect(next(state, seen(state, "skewed"), AT + 60_100)).toEqual({ is: "note", note: PAUSED });
    expect(next(state, seen(state), AT + 60_100)).toMatchObject({ is: "look", look: { at: "real" } });
  });

  test("are no pause before it is known that nobody is led, nor where somebody is: the journal says that once", () => {
    const state = stateAfter();
    const { gates } = seen(state, "skewed");
    const now = AT + 60_100;
    expect(next(state, { gates: gates! }, now)).toEqual({ is: "look", look: { at: "weights" } });
    const old = { ...seen(state, "skewed").weights!, at: now - 30_001 };
    expect(next(state, { gates: gates!, weights: old }, now)).toMatchObject({ look: { at: "weights" } });
    const led: Note = { kind: "led", cohorts: "pilots to green" };
    expect(next(state, seen(state, "skewed", AT + 60_000, { pilots: "green" }), now)).toEqual({
      is: "note",
      note: led,
    });
    const later = stateAfter(led);
    expect(later.splits.at(-1)).toMatchObject({ share: 10, led: true });
    expect(next(later, seen(later, "skewed"), now)).toMatchObject({ look: { at: "real" } });
    // Who can't read who is led asks a person.
    const unread: Seen = { gates: gates!, weights: { at: AT + 60_000, length: state.length, error: "away" } };
    expect(next(state, unread, now)).toEqual({ is: "note", note: PAUSED });
  });

  test("pause once: then a person decides, and the gates watch on", () => {
    const state = stateAfter(PAUSED);
    expect(state.paused).toMatchObject({ reason: "skewed", about: "sessions" });
    expect(next(state, seen(state, "skewed"), AT + 60_100)).toMatchObject({
      is: "wait",
      why: "paused: skewed",
    });
    const { gates } = seen(state, "skewed");
    const sick: Seen = {
      gates: { ...gates!, verdict: { outcome: "fail", reason: "errors", skewed: "skewed" } },
    };
    expect(next(state, sick, AT + 60_100)).toMatchObject({ note: { kind: "rollback", reason: "errors" } });
  });

  test.each(["resume", "promote"] as const)(
    "are accepted by `%s`, for this split and no other",
    (command) => {
      const state = stateAfter(PAUSED, { kind: "command", command });
      expect(state.splits.at(-1)).toMatchObject({ share: 10, accepted: true });
      expect(next(state, seen(state, "skewed"), AT + 60_100)).not.toMatchObject({ note: { kind: "paused" } });
      const weights = { blue: 50, green: 50 };
      const later = stateAfter(
        PAUSED,
        { kind: "command", command },
        { kind: "passed", step: 0, reason: "", skipped: false },
        { kind: "intent", id: 17, act: { do: "weights", weights } },
        { kind: "done", id: 17 },
        { kind: "verified", weights },
      );
      expect(later.splits.map(({ share, accepted }) => [share, accepted])).toEqual([
        [10, true],
        [50, undefined],
      ]);
      expect(later.splits[0]!.until).toBe(BEGUN + (BAKING.length + 3) * 1000);
      const at = later.splits[1]!.from;
      // What was seen at the split before says nothing of this one.
      expect(next(later, seen(later, "skewed", at - 1), at + 100)).not.toMatchObject({
        note: { kind: "paused" },
      });
      expect(next(later, seen(later, "skewed", at + 1), at + 100)).toMatchObject({ note: PAUSED });
    },
  );

  test("aren't accepted by the end of another pause", () => {
    const state = stateAfter({ kind: "paused", reason: "few" }, { kind: "command", command: "resume" });
    expect(state.splits.at(-1)).not.toHaveProperty("accepted");
    expect(next(state, seen(state, "skewed"), AT + 60_100)).toMatchObject({ note: PAUSED });
  });

  test("are counted anew after a stop, as others' weights may have held meanwhile, and after weights that a person chose", () => {
    const stopped = stateAfter({ kind: "stopped", reason: "drift" }, { kind: "command", command: "resume" });
    const resumedAt = BEGUN + (BAKING.length + 1) * 1000;
    expect(stopped.splits).toEqual([
      { share: 10, from: BEGUN + (BAKING.length - 1) * 1000, until: resumedAt },
      { share: 10, from: resumedAt },
    ]);
    const adopted = stateAfter(
      { kind: "stopped", reason: "drift" },
      { kind: "command", command: "adopt", weights: { blue: 70, green: 30 } },
      { kind: "verified", weights: { blue: 70, green: 30 } },
    );
    expect(adopted.splits.at(-1)).toEqual({ share: 30, from: BEGUN + (BAKING.length + 2) * 1000 });
    expect(adopted.splits.slice(0, -1).every(({ until }) => until !== undefined)).toBe(true);
  });
});
