import { nth } from "../../infra/sure.ts";
import type { RolloutState, Stage } from "./state.ts";
import { only, sameWeights, shareOf, split, type Weights } from "./weights.ts";

// What ends one stage and begins the next.

/** What is counted anew in each stage. */
export const FRESH = {
  tries: 0,
  doneAt: undefined,
  failedAt: undefined,
  lastError: "",
  grown: { tries: 0, endedAt: undefined },
};

export function enter(state: RolloutState, stage: Stage, at: number): RolloutState {
  return { ...state, ...FRESH, stage, stageAt: at };
}

function bake(state: RolloutState, index: number, at: number): RolloutState {
  const { weight } = nth(state.plan.steps, index);
  const before = state.steps;
  // The first step is watched since its intent, and isn't begun a second time.
  const steps =
    before.length === 1 && index === 0 && state.stage.at === "shift"
      ? before
      : [...before, { weight, from: at }];
  return enter(
    { ...state, steps, splits: splitsFrom(state, at), accepted: false },
    { at: "bake", step: index, since: at },
    at,
  );
}

/** From a moment on the weights that were read back hold. */
function splitsFrom(state: RolloutState, from: number): RolloutState["splits"] {
  return [...splitsUntil(state, from), { share: shareOf(state.weights ?? {}, state.candidate), from }];
}

/** From a moment on the last of them doesn't hold for sure. */
export function splitsUntil({ splits }: Pick<RolloutState, "splits">, until: number): RolloutState["splits"] {
  const last = splits.at(-1);
  return last && last.until === undefined ? [...splits.slice(0, -1), { ...last, until }] : splits;
}

export function afterStep({ plan }: RolloutState, index: number): Stage {
  return index + 1 < plan.steps.length ? { at: "shift", step: index + 1 } : { at: "promote" };
}

export function verified(
  state: RolloutState,
  { weights, draining }: { weights: Weights; draining?: string },
  at: number,
): RolloutState {
  const next = { ...state, weights, known: [weights], draining, mend: undefined };
  if (state.mend) return mended(next, weights, at);
  switch (state.stage.at) {
    case "clear":
      return enter(next, { at: "backup" }, at);
    case "shift":
      return bake(next, state.stage.step, at);
    case "bake":
      // The end of a drain: the gates have their time from then on.
      return { ...next, ...FRESH, stageAt: at, splits: splitsFrom(next, at) };
    case "return":
      return state.promoted ? enter(next, { at: "unpromote" }, at) : keep(next, at);
    default:
      return next;
  }
}

/**
 * After a drift the split that holds now says which step this is. The step bakes anew, because meanwhile its traffic
 * was another.
 */
function mended(state: RolloutState, weights: Weights, at: number): RolloutState {
  const { stage, plan, candidate, first } = state;
  if (stage.at !== "shift" && stage.at !== "bake" && stage.at !== "promote") {
    return { ...state, ...FRESH, stageAt: at };
  }
  const share = first ? 0 : shareOf(weights, candidate);
  const index = plan.steps.findLastIndex(({ weight }) => weight <= share);
  return index < 0 ? enter(state, { at: "shift", step: 0 }, at) : bake(state, index, at);
}

export function rolledBack(state: RolloutState, reason: string, at: number): RolloutState {
  const cleared = { paused: undefined, stopped: undefined, rollbackAsked: undefined, mend: undefined };
  const outcome = { is: "rolled-back", reason } as const;
  const insisted = state.rollbackAsked !== undefined;
  return enter(
    { ...state, ...cleared, insisted, outcome, held: false, skip: false, forced: false },
    { at: "return" },
    at,
  );
}

/** Traffic is where it is to stay. What carries none keeps its servers a while, if it was given any. */
export function keep(state: RolloutState, at: number): RolloutState {
  const outcome = state.outcome ?? { is: "promoted" as const, reason: "all steps passed" };
  const idle = !state.first && (outcome.is === "promoted" || state.deployed);
  const next = { ...state, outcome };
  return enter(next, idle ? { at: "keep", since: at } : afterKeep(next), at);
}

/** Where nothing can go back any more. After a rollback the version before is the one that serves: nothing of its is taken away. */
export function afterKeep({ outcome, plan }: Pick<RolloutState, "outcome" | "plan">): Stage {
  return outcome?.is === "promoted" && plan.migration?.contracts ? { at: "contract" } : { at: "over" };
}

/** The track that keeps its sessions in the present stage's shift: stable, where the candidate gets all others. */
export function drainFor({ stage, plan, stable, first }: RolloutState): string | undefined {
  if (stage.at !== "shift" || first || !plan.drain) return undefined;
  return nth(plan.steps, stage.step).weight === 100 ? stable : undefined;
}

/** Of weights that a person wants back: what drained at them. */
export function drainAt({ draining, weights: left }: RolloutState, weights: Weights): string | undefined {
  return draining !== undefined && left && sameWeights(left, weights) && shareOf(weights, draining) === 0
    ? draining
    : undefined;
}

/**
 * Whether the candidate is up, so that what comes next takes neither Pulumi nor its rights: weights to set, metrics to judge, servers
 * to let go. What changes the database isn't steering.
 */
export function isSteeringOnly({ stage }: Pick<RolloutState, "stage">): boolean {
  return !["clear", "backup", "migrate", "deploy", "contract"].includes(stage.at);
}

/** Where traffic is to be in the present stage. */
export function targetOf({ stage, stable, candidate, plan, weights, outcome }: RolloutState): Weights {
  switch (stage.at) {
    case "shift":
      return split(stable, candidate, nth(plan.steps, stage.step).weight);
    case "clear":
    case "return":
    case "unpromote":
      return only(stable);
    case "keep":
    case "contract":
      return outcome?.is === "promoted" ? only(candidate) : only(stable);
    default:
      return weights ?? only(stable);
  }
}
