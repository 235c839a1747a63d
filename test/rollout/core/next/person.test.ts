import { describe, expect, test } from "vitest";
import type { Drilled, Seen } from "../../../../rollout/core/action.ts";
import { next } from "../../../../rollout/core/controller.ts";
import type { Note } from "../../../../rollout/core/journal.ts";
import { urgency } from "../../../../rollout/core/journal.ts";
import type { PlanMigration } from "../../../../rollout/core/plan.ts";
import { replay, step } from "../../../../rollout/core/replay.ts";
import type { RolloutState } from "../../../../rollout/core/state.ts";
import type { Verdict } from "../../../../rollout/core/verdict.ts";
import { BEGUN as NOW, plan, reading, stateAt } from "../example.ts";

const SPLIT = { blue: 90, green: 10 };
const note = (what: object) => ({ is: "note", note: what });
const entered = (state: RolloutState, what: Note) => step(state, { ...what, at: NOW, by: "ana" })!;
const resumed = (state: RolloutState) => entered(state, { kind: "command", command: "resume" });

/** In the first bake, with users on the candidate. */
const baking = (changes: Partial<RolloutState> = {}) =>
  stateAt(
    { at: "bake", step: 0, since: NOW },
    { weights: SPLIT, known: [SPLIT], steps: [{ weight: 10, from: NOW }], stageAt: NOW, ...changes },
  );

function decided(state: RolloutState, verdict: Partial<Verdict>) {
  const { length } = state;
  const gates = { at: NOW, length, steps: 1, through: NOW, heard: NOW };
  const seen: Seen = {
    real: { at: NOW, length, read: SPLIT },
    gates: { ...gates, verdict: { outcome: "wait", reason: "few", ...verdict } },
  };
  return next(state, seen, NOW);
}

const WHY = "errors (the migration is declared irreversible: nothing goes back by itself)";
const sick: Partial<Verdict> = { outcome: "fail", reason: "errors", evidence: [1] };
const asked = { kind: "paused", reason: WHY, about: "gates", evidence: [1] } as const;

describe("after a migration that is declared irreversible", () => {
  test("a candidate that is sick stays, and somebody is paged", () => {
    expect(decided(baking({ oneWay: true }), sick)).toEqual(note(asked));
    expect(urgency(asked)).toBe("page");
    expect(urgency({ kind: "paused", reason: "few requests" })).toBe("tell");
    expect(decided(baking(), sick)).toEqual(note({ kind: "rollback", reason: "errors", evidence: [1] }));
  });

  test("it is asked once, also where a person had paused, and not again at that step once a person goes on", () => {
    const state = baking({ oneWay: true, paused: { at: NOW, reason: "ana asked" } });
    expect(decided(state, sick)).toEqual(note(asked));
    const waiting = entered(state, asked);
    expect(decided(waiting, sick)).toMatchObject({ is: "wait", why: `paused: ${WHY}` });
    expect(decided(resumed(waiting), sick)).toMatchObject({ is: "wait", why: "baking" });
    expect(resumed(entered(baking(), { kind: "paused", reason: "few" })).accepted).toBe(false);
  });

  test("a step that can't be taken goes back neither", () => {
    const state = stateAt({ at: "smoke" }, { oneWay: true, smokeFailed: "/ answered 500" });
    expect(next(state, {}, NOW)).toMatchObject(note({ kind: "paused", about: "gates" }));
  });

  test("a person's rollback does", () => {
    const state = entered(baking({ oneWay: true }), { kind: "command", command: "rollback" });
    expect(decided(state, {})).toEqual(note({ kind: "rollback", reason: "ana asked" }));
  });

  test.each([
    [{ irreversible: true }, true],
    [{}, false],
    [undefined, false],
  ])("from its intent on: %j", (migration: PlanMigration | undefined, oneWay) => {
    const changed = { ...plan, ...(migration && { migration }) };
    const begin = { kind: "begin", rollout: "r", stable: "blue", candidate: "green", plan: changed } as const;
    const intent = { kind: "intent", id: 1, act: { do: "migrate", name: "r", track: "green" } } as const;
    const entries = [begin, intent, { kind: "lost", id: 1 } as const].map((each) => ({
      ...each,
      at: NOW,
      by: "t",
    }));
    expect(replay(entries.slice(0, 1))!.oneWay).toBe(false);
    expect(replay(entries)!.oneWay).toBe(oneWay);
  });
});

describe("gates that are not to send the candidate back", () => {
  const pauses = { gates: ["latency"], reason: "slow" };
  test("pause and page until a person has looked, once a step", () => {
    const action = note({ kind: "paused", reason: "slow", about: "gates" });
    expect(decided(baking(), { pauses })).toEqual(action);
    const waiting = entered(baking(), { kind: "paused", reason: "slow", about: "gates" });
    expect(decided(waiting, { pauses })).toMatchObject({ is: "wait" });
    expect(decided(resumed(waiting), { pauses })).toMatchObject({ is: "wait", why: "baking" });
    const later = entered(
      { ...resumed(waiting), stage: { at: "shift", step: 1 } },
      { kind: "verified", weights: SPLIT },
    );
    expect(decided({ ...later, steps: later.steps.slice(0, 1) }, { pauses })).toEqual(action);
  });

  test("tell, each once in a rollout", () => {
    const tells = { gates: ["quotes"], reason: "few quotes" };
    const said = { kind: "told", reason: "few quotes", gates: ["quotes"] } as const;
    expect(decided(baking(), { tells })).toEqual(note(said));
    const state = entered(baking(), said);
    expect(decided(state, { tells })).toMatchObject({ is: "wait" });
    const more = { gates: ["quotes", "orders"], reason: "few of both" };
    expect(decided(state, { tells: more })).toMatchObject(note({ kind: "told", gates: ["orders"] }));
  });

  test("nothing comes before a rollback", () => {
    expect(decided(baking(), { ...sick, pauses })).toMatchObject(note({ kind: "rollback" }));
  });
});

describe("a drill of the migration", () => {
  const backup = (drill: "required" | "warn" | undefined, read?: Drilled, error?: string) => {
    const migration = drill && { drill };
    const state = stateAt(
      { at: "backup" },
      { plan: { ...plan, ...(migration && { migration }) }, weights: { blue: 100 } },
    );
    const sight = { at: NOW, length: state.length };
    return next(
      state,
      {
        weights: { ...sight, read: reading({ blue: 100 }) },
        ...((read || error !== undefined) && {
          drill: { ...sight, ...(read && { read }), ...(error !== undefined && { error }) },
        }),
      },
      NOW,
    );
  };
  const missing = { passed: false, reason: "nobody has drilled it" };
  const act = { is: "act", act: { do: "backup", name: "before-r1" } };

  test("is looked for before anything is touched, where the plan asks for one", () => {
    expect(backup("required")).toEqual({ is: "look", look: { at: "drill", track: "green" } });
    expect(backup("warn")).toEqual({ is: "look", look: { at: "drill", track: "green" } });
    expect(backup(undefined)).toEqual(act);
  });

  test("that has passed lets it go on", () => {
    expect(backup("required", { passed: true, reason: "" })).toEqual(act);
  });

  test("that is missing, or can't be looked for, pauses it, or is told", () => {
    expect(backup("required", missing)).toEqual(
      note({ kind: "paused", reason: "nobody has drilled it", about: "drill" }),
    );
    expect(backup("required", undefined, "denied")).toEqual(
      note({
        kind: "paused",
        reason: "nobody knows whether the migration was drilled: denied",
        about: "drill",
      }),
    );
    expect(backup("warn", missing)).toEqual(
      note({ kind: "told", gates: ["drill"], reason: "nobody has drilled it" }),
    );
  });
});

describe("what only the version before needed", () => {
  const contracts = { ...plan, migration: { contracts: true } };
  const over = { kind: "done", id: 3 } as const;
  const draining = (changes: Partial<RolloutState> = {}) =>
    stateAt(
      { at: "keep", since: NOW },
      {
        ...{ plan: contracts, outcome: { is: "promoted", reason: "good" }, weights: { green: 100 } },
        open: { id: 3, act: { do: "drain", track: "blue" } },
        ...changes,
      },
    );

  test("is taken away after the last way back, and never after a rollback", () => {
    const state = entered(draining(), over);
    expect(state.stage).toEqual({ at: "contract" });
    const sight = { at: NOW, length: state.length };
    expect(next(state, { weights: { ...sight, read: reading({ green: 100 }) } }, NOW)).toEqual({
      is: "act",
      act: { do: "contract", name: "r1", track: "green" },
    });
    expect(entered(draining({ outcome: { is: "rolled-back", reason: "" } }), over).stage).toEqual({
      at: "over",
    });
    expect(entered(draining({ plan }), over).stage).toEqual({ at: "over" });
  });

  test("ends the rollout once it is done, and calls for a person where who serves suffers of it", () => {
    const open = { id: 3, act: { do: "contract", name: "r1", track: "green" } } as const;
    const state = stateAt({ at: "contract" }, { ...entered(draining(), over), open });
    expect(entered(state, { ...over, result: { migration: "x" } }).stage).toEqual({ at: "over" });
    const harmed = entered(state, { ...over, result: { migration: "x", harmed: "green fails" } });
    expect(next(harmed, {}, NOW)).toEqual(
      note({
        kind: "stopped",
        reason: "green fails (promoted, all but what the version before needed of the database)",
      }),
    );
    expect(resumed(harmed).harmed).toBeUndefined();
  });
});

test("a stable that suffers of a migration ends the rollout before anything of the candidate's serves", () => {
  const open = { id: 3, act: { do: "migrate", name: "r1", track: "green" } } as const;
  const done = { kind: "done", id: 3, result: { migration: "x", harmed: "blue fails" } } as const;
  const state = entered(stateAt({ at: "migrate" }, { open }), done);
  expect(state.stage).toEqual({ at: "migrate" });
  expect(next(state, {}, NOW)).toEqual(note({ kind: "rollback", reason: "blue fails" }));
});
