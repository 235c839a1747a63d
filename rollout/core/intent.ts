import { nth } from "../../infra/sure.ts";
import type { Act, ActResult } from "./journal.ts";
import { afterKeep, enter, keep, splitsUntil } from "./stages.ts";
import type { RolloutState } from "./state.ts";
import { sameWeights, shareOf, type Weights } from "./weights.ts";

// What an intent and its end say of the rollout.

export function intended(state: RolloutState, id: number, act: Act, at: number): RolloutState {
  const open = { id, act };
  if (act.do === "grow") {
    return { ...state, open, grown: { tries: state.grown.tries + 1, endedAt: undefined } };
  }
  const next = { ...state, open, tries: state.tries + 1, doneAt: undefined, failedAt: undefined };
  switch (act.do) {
    case "weights":
      return {
        ...next,
        known: withKnown(state.known, act.weights),
        // What drained before may do so until the end is read back.
        draining: act.draining ?? state.draining,
        steps: stepsAfter(state, act, at),
        splits: splitsUntil(state, at),
      };
    case "weights-now":
      return { ...next, known: withKnown(state.known, act.weights), splits: splitsUntil(state, at) };
    case "migrate":
      // It may be through even where nobody was told.
      return { ...next, oneWay: state.oneWay || state.plan.migration?.irreversible === true };
    case "deploy":
      return { ...next, deployed: true };
    case "stable":
      return { ...next, promoted: true };
    default:
      return next;
  }
}

/** The gates watch from the moment that users may be on the candidate. */
function stepsAfter({ stage, steps, plan, candidate }: RolloutState, act: Act, from: number) {
  if (act.do !== "weights" || stage.at !== "shift" || steps.length > 0) return steps;
  return shareOf(act.weights, candidate) > 0 ? [{ weight: nth(plan.steps, stage.step).weight, from }] : steps;
}

function withKnown(known: readonly Weights[] | undefined, weights: Weights): readonly Weights[] | undefined {
  if (known?.some((each) => sameWeights(each, weights))) return known;
  return [...(known ?? []), weights];
}

export function done(state: RolloutState, at: number, result?: ActResult): RolloutState {
  const act = state.open?.act;
  const next = { ...state, open: undefined, doneAt: at };
  switch (act?.do) {
    case "backup":
      return enter(next, { at: "migrate" }, at);
    case "migrate":
    case "contract":
      if (result && "harmed" in result) return { ...next, harmed: result.harmed };
      return enter(next, { at: act.do === "migrate" ? "deploy" : "over" }, at);
    case "deploy":
      return enter(next, { at: "smoke" }, at);
    case "smoke":
      if (result && "passed" in result && result.passed) return enter(next, { at: "shift", step: 0 }, at);
      return {
        ...next,
        smokeFailed: result && "details" in result ? result.details.join("; ") : "no result",
      };
    case "grow":
      return { ...state, open: undefined, grown: { ...state.grown, endedAt: at } };
    case "stable":
      return keep(next, at);
    case "drain":
      return enter(next, afterKeep(next), at);
    default:
      return next;
  }
}

export function failed(state: RolloutState, at: number, error: string): RolloutState {
  const next = { ...state, open: undefined, lastError: error };
  if (state.open?.act.do === "grow") return { ...next, grown: { ...state.grown, endedAt: at } };
  return { ...next, failedAt: at };
}

/** An interruption is no failure: it doesn't count as a try. */
export function lost(state: RolloutState): RolloutState {
  const { open, grown, tries } = state;
  const next = { ...state, open: undefined };
  if (open?.act.do === "grow") return { ...next, grown: { ...grown, tries: grown.tries - 1 } };
  return { ...next, tries: Math.max(0, tries - 1) };
}
