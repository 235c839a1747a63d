import { describe, expect, test } from "vitest";
import { isGoingBack, obey, refusal } from "../../../rollout/core/command.ts";
import type { Command } from "../../../rollout/core/journal.ts";
import type { RolloutState, Stage } from "../../../rollout/core/state.ts";
import { BEGUN, stateAt } from "./example.ts";

const AT = BEGUN + 60_000;
const WEIGHTS = { blue: 80, green: 20 };

const STAGES: Record<Stage["at"], Stage> = {
  clear: { at: "clear" },
  backup: { at: "backup" },
  migrate: { at: "migrate" },
  contract: { at: "contract" },
  deploy: { at: "deploy" },
  smoke: { at: "smoke" },
  shift: { at: "shift", step: 0 },
  bake: { at: "bake", step: 0, since: BEGUN },
  promote: { at: "promote" },
  return: { at: "return" },
  unpromote: { at: "unpromote" },
  keep: { at: "keep", since: BEGUN },
  over: { at: "over" },
  ended: { at: "ended" },
};
const NAMES = Object.keys(STAGES) as Stage["at"][];
const GOING_BACK = ["return", "unpromote"];
const DONE = ["over", "ended"];

/** Why a command is refused in each stage where it is. */
function refusals(command: Command, changes: Partial<RolloutState> = {}, weights = WEIGHTS) {
  const said = NAMES.map((at) => [at, refusal(stateAt(STAGES[at], changes), { command, weights })]);
  return Object.fromEntries(said.filter(([, why]) => why !== undefined));
}
const all = (names: readonly string[], why: string) => Object.fromEntries(names.map((name) => [name, why]));
const OVER = all(DONE, "the rollout is over");

describe("a command makes sense", () => {
  test("pause: while the traffic isn't on its way to stay", () => {
    const why = "the traffic is on its way to stay: nothing to pause";
    expect(refusals("pause")).toEqual({ ...OVER, ...all([...GOING_BACK, "keep", "contract"], why) });
  });

  test("resume: as long as the rollout isn't over", () => {
    expect(refusals("resume")).toEqual(OVER);
  });

  test("promote: in a bake", () => {
    const others = NAMES.filter((name) => name !== "bake");
    expect(refusals("promote")).toEqual({ ...all(others, "only a bake can be cut short"), ...OVER });
  });

  test("rollback: where there is something to go back to, and it hasn't been done", () => {
    const contracted = {
      contract: "what blue needs is being taken out of the database: release that version as a new one",
    };
    expect(refusals("rollback")).toEqual({ ...OVER, ...contracted });
    expect(refusals("rollback", { outcome: { is: "promoted", reason: "" } })).toEqual({
      ...OVER,
      ...contracted,
    });
    expect(refusals("rollback", { outcome: { is: "rolled-back", reason: "" } })).toEqual({
      ...OVER,
      ...contracted,
      keep: "it is rolled back already",
    });
    expect(refusals("rollback", { first: true })).toEqual({
      ...all(NAMES, "the first release of a stack has nothing to go back to"),
      ...OVER,
    });
  });

  test.each(["restore", "adopt"] as const)("%s: after a drift, with weights", (command) => {
    expect(refusals(command)).toEqual({ ...all(NAMES, "there is no drift to settle"), ...OVER });
    const state = stateAt(STAGES.bake, { stopped: "the weights differ" });
    expect(refusal(state, { command })).toBe("it must say which weights");
    expect(refusal(state, { command, weights: WEIGHTS })).toBeUndefined();
  });

  test("restore: in any stage", () => {
    expect(refusals("restore", { stopped: "the weights differ" }, { red: 100 } as never)).toEqual(OVER);
  });
});

describe("weights are taken over", () => {
  const stopped = { stopped: "the weights differ" };
  const adopt = (weights: Record<string, number>, changes: Partial<RolloutState> = {}) =>
    refusals("adopt", { ...stopped, ...changes }, weights as never);
  const goingBack = all(GOING_BACK, "a rollback goes to stable: restore");

  test("of the two tracks, where both may have some", () => {
    const why = "green must carry no traffic now, but the balancer has blue 80 green 20: restore";
    const quiet = ["backup", "migrate", "deploy", "smoke", "keep", "contract"];
    expect(adopt(WEIGHTS)).toEqual({ ...OVER, ...goingBack, ...all(quiet, why) });
    expect(adopt({ blue: 100, green: 0, red: 0 })).toEqual({ ...OVER, ...goingBack });
    expect(adopt({ blue: 99, green: 1 })).toMatchObject(all(quiet, expect.stringContaining("green 1")));
  });

  test("not of another", () => {
    const why = "red has no part in this rollout: restore";
    const others = NAMES.filter((name) => name !== "clear");
    expect(adopt({ blue: 99, red: 1 })).toEqual({ ...all(others, why), ...goingBack, ...OVER });
    expect(adopt({ blue: 98, red: 1, tan: 1 }).bake).toBe("red, tan has no part in this rollout: restore");
  });

  test("after a promotion stable is the one that carries none", () => {
    const promoted = { outcome: { is: "promoted", reason: "" } } as const;
    expect(adopt(WEIGHTS, promoted).keep).toBe(
      "blue must carry no traffic now, but the balancer has blue 80 green 20: restore",
    );
    expect(adopt({ green: 100 }, promoted).keep).toBeUndefined();
    const back = { outcome: { is: "rolled-back", reason: "" } } as const;
    expect(adopt({ green: 100 }, back).keep).toMatch(/^green must carry no traffic now/);
  });

  test("in a first release anywhere", () => {
    const first = { first: true, candidate: "blue" };
    expect(adopt({ blue: 100 }, first)).toEqual({ ...OVER, ...goingBack });
  });
});

test("the way back is two stages", () => {
  expect(NAMES.filter((at) => isGoingBack(stateAt(STAGES[at])))).toEqual(GOING_BACK);
});

describe("a command is obeyed", () => {
  /** All that a person's word to go on clears. */
  const stuck: Partial<RolloutState> = {
    paused: { at: BEGUN, reason: "x" },
    stopped: "x",
    smokeFailed: "x",
    stageAt: BEGUN,
    tries: 3,
    doneAt: BEGUN,
    failedAt: BEGUN,
    grown: { tries: 3, endedAt: BEGUN },
    known: [{ red: 100 }],
  };
  const gone = {
    paused: undefined,
    stopped: undefined,
    smokeFailed: undefined,
    stageAt: AT,
    tries: 0,
    doneAt: undefined,
    failedAt: undefined,
    grown: { tries: 0, endedAt: undefined },
  };
  const obeyed = (command: Command, at: Stage["at"], changes: Partial<RolloutState> = stuck) => {
    const state = stateAt(STAGES[at], changes);
    const entry = { kind: "command", command, weights: WEIGHTS, at: AT, by: "ana" } as const;
    return [obey(state, entry), state] as const;
  };

  test.each([
    ["pause", "bake", { paused: { at: AT, reason: "ana asked" } }],
    ["resume", "bake", gone],
    ["promote", "bake", { ...gone, skip: true }],
    ["rollback", "bake", { ...gone, rollbackAsked: "ana asked" }],
    ["rollback", "return", { ...gone, insisted: true }],
    ["rollback", "unpromote", { ...gone, insisted: true }],
    ["restore", "bake", { ...gone, mend: WEIGHTS }],
    ["restore", "return", { ...gone, forced: true }],
    ["adopt", "bake", { ...gone, mend: WEIGHTS, known: [WEIGHTS] }],
  ] as [Command, Stage["at"], Partial<RolloutState>][])("%s in %s", (command, at, changes) => {
    const [after, before] = obeyed(command, at);
    expect(after).toStrictEqual({ ...before, ...changes });
  });

  test("not when it makes no sense", () => {
    const [after, before] = obeyed("promote", "shift");
    expect(after).toBe(before);
  });
});
