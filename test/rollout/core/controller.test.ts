import { describe, expect, test } from "vitest";
import type { Seen } from "../../../rollout/core/action.ts";
import { next } from "../../../rollout/core/controller.ts";
import type { RolloutState, Stage } from "../../../rollout/core/state.ts";
import type { Verdict } from "../../../rollout/core/verdict.ts";
import { BEGUN as NOW, reading, stateAt } from "./example.ts";

const SPLIT = { blue: 90, green: 10 };
const note = (what: object) => ({ is: "note", note: what });
const stop = (reason: string) => note({ kind: "stopped", reason });
const lookAt = (at: string) => ({ is: "look", look: { at } });

/** In a bake with users on the candidate; the gates were asked just now. */
function asked(changes: Partial<RolloutState> = {}, verdict: Partial<Verdict> = {}, seen: Seen = {}) {
  const state = stateAt(
    { at: "bake", step: 0, since: NOW },
    { weights: SPLIT, known: [SPLIT], steps: [{ weight: 10, from: NOW }], stageAt: NOW, ...changes },
  );
  const gates = { at: NOW, length: 1, steps: 1, through: NOW, heard: NOW };
  const sights: Seen = {
    real: { at: NOW, length: 1, read: SPLIT },
    gates: { ...gates, verdict: { outcome: "wait", reason: "few", ...verdict } },
    ...seen,
  };
  return next(state, sights, NOW);
}

const sick: Partial<Verdict> = { outcome: "fail", reason: "errors" };
const ended = { stage: { at: "ended" } as Stage, outcome: { is: "promoted", reason: "good" } as const };
const open = { id: 7, act: { do: "backup", name: "b" } } as const;
const paused = { at: NOW, reason: "ana asked" };

// Each question comes before all that follow it: what is asked last is true of all of them.
describe("the order of the questions", () => {
  test("a rollout that is over is left", () => {
    expect(asked({ ...ended, open, stopped: "x" })).toEqual({
      is: "leave",
      outcome: "promoted",
      reason: "good",
    });
  });

  test("an act that has no end was lost", () => {
    expect(asked({ open, stopped: "x" })).toEqual(note({ kind: "lost", id: 7 }));
  });

  test("what has stopped is left, and a person decides", () => {
    expect(asked({ stopped: "x", rollbackAsked: "ana asked" })).toEqual({
      is: "leave",
      outcome: "stopped",
      reason: "x",
    });
  });

  test("after a stop at a drift the gates go on, and a sick candidate goes back", () => {
    const drift = { real: { blue: 60, green: 40 }, at: NOW };
    expect(asked({ stopped: "x", drift })).toMatchObject({ is: "wait", why: "stopped: x" });
    expect(asked({ stopped: "x", drift }, {}, { gates: undefined })).toEqual(lookAt("gates"));
    expect(asked({ stopped: "x", drift }, sick)).toEqual(note({ kind: "rollback", reason: "errors" }));
  });

  test("but not without users on the candidate, nor for longer than a pause", () => {
    const drift = { real: { blue: 60, green: 40 }, at: NOW };
    const left = { is: "leave", outcome: "stopped", reason: "x" };
    expect(asked({ stopped: "x", drift, steps: [] }, sick)).toEqual(left);
    expect(asked({ stopped: "x", drift, stage: { at: "keep", since: NOW } }, sick)).toEqual(left);
    const long = stateAt({ at: "clear" }).plan.limits.patienceSeconds * 1000;
    expect(asked({ stopped: "x", drift: { ...drift, at: NOW - long } }, sick)).toEqual(left);
    expect(asked({ stopped: "x", drift: { ...drift, at: NOW - long + 1 } })).toMatchObject({ is: "wait" });
  });

  test("a rollback goes on, whatever the gates say", () => {
    expect(asked({ stage: { at: "return" }, paused, rollbackAsked: "x" }, sick, { real: undefined })).toEqual(
      lookAt("real"),
    );
    expect(asked({ stage: { at: "unpromote" } }, sick)).toEqual({
      is: "act",
      act: { do: "stable", track: "blue" },
    });
  });

  test("a person's word for a rollback comes before the gates'", () => {
    expect(asked({ rollbackAsked: "ana asked", paused }, sick)).toEqual(
      note({ kind: "rollback", reason: "ana asked" }),
    );
  });

  test("a sick candidate goes back, also in a pause and in a drift, with the evidence", () => {
    expect(asked({ paused, mend: SPLIT }, sick)).toEqual(note({ kind: "rollback", reason: "errors" }));
    expect(asked({}, { ...sick, evidence: [1] })).toEqual(
      note({ kind: "rollback", reason: "errors", evidence: [1] }),
    );
  });

  test("the gates are asked in time", () => {
    expect(asked({ paused }, {}, { gates: undefined })).toEqual(lookAt("gates"));
  });

  test("weights that a person chose are brought back before a pause is thought of", () => {
    expect(asked({ paused, mend: SPLIT })).toEqual(lookAt("weights"));
  });

  test("a pause holds what would come next", () => {
    expect(asked({ paused })).toMatchObject({ is: "wait", why: "paused: ana asked" });
    expect(asked()).toMatchObject({ is: "wait", why: "baking" });
  });
});

describe("a first release has nothing to go back to", () => {
  test.each([
    ["by the gates", {}, sick, "errors"],
    ["by a person", { rollbackAsked: "ana asked" }, {}, "ana asked"],
    [
      "by the controller",
      { stage: { at: "smoke" } as Stage, smokeFailed: "/health" },
      {},
      "smoke tests failed: /health",
    ],
  ])("%s", (_, changes, verdict, reason) => {
    expect(asked({ ...changes, first: true }, verdict)).toEqual(
      stop(`${reason}; the first release of a stack has nothing to go back to`),
    );
  });

  test("where there is, what can't be done is taken back", () => {
    expect(asked({ stage: { at: "smoke" }, smokeFailed: "/health" })).toEqual(
      note({ kind: "rollback", reason: "smoke tests failed: /health" }),
    );
  });
});

describe("weights that a person chose", () => {
  const mend = { blue: 100 };
  const weights = (read = reading(SPLIT)) => ({ at: NOW, length: 1, read });

  test("are set, whatever stood where", () => {
    expect(asked({ mend }, {}, { weights: weights(reading(SPLIT, null, { red: 100 })) })).toEqual({
      is: "act",
      act: { do: "weights", weights: mend },
    });
  });

  test("are noted once they are there", () => {
    expect(asked({ mend }, {}, { weights: weights(reading(mend)) })).toEqual(
      note({ kind: "verified", weights: mend }),
    );
  });

  test("that can't be set stop the rollout", () => {
    const spent = { mend, tries: 3, lastError: "denied" };
    expect(asked(spent, {}, { weights: weights() })).toEqual(stop("denied"));
  });
});

describe("a pause", () => {
  const DAY = 24 * 3600 * 1000;

  test("is waited for a second at a time, to its end after a day", () => {
    // While users are on the candidate no longer than to the next look at the gates.
    const quiet = { stage: { at: "deploy" } as Stage, steps: [] };
    const waits = (at: number) => asked({ ...quiet, paused: { at, reason: "ana asked" } });
    expect(waits(NOW)).toEqual({ is: "wait", until: NOW + 1000, why: "paused: ana asked" });
    expect(waits(NOW - DAY + 1)).toMatchObject({ is: "wait", until: NOW + 1 });
    expect(waits(NOW - DAY)).toEqual(stop("paused (ana asked), and nobody resumed"));
  });

  test("doesn't keep the gates from being asked", () => {
    const sight = { at: NOW, length: 1, steps: 1, through: NOW - 800 };
    const gates = { ...sight, verdict: { outcome: "wait", reason: "few" } } as const;
    expect(asked({ paused }, {}, { gates })).toMatchObject({ is: "wait", until: NOW + 350 });
  });
});
