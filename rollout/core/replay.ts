import { obey } from "./command.ts";
import type { Act, ActResult, JournalEntry } from "./journal.ts";
import type { RolloutState, Stage } from "./state.ts";
import { only, sameWeights, shareOf, split, type Weights } from "./weights.ts";

/**
 * What the journal says of its last rollout.
 *
 * @returns undefined when none has begun
 */
export function replay(entries: readonly JournalEntry[]): RolloutState | undefined {
  return entries.reduce<RolloutState | undefined>(step, undefined);
}

/** One more entry. */
export function step(state: RolloutState | undefined, entry: JournalEntry): RolloutState | undefined {
  if (entry.kind === "begin") return begun(entry, (state?.length ?? 0) + 1);
  if (!state) return undefined;
  return { ...change(state, entry), length: state.length + 1 };
}

function begun(entry: JournalEntry & { kind: "begin" }, length: number): RolloutState {
  const { rollout, stable, candidate, plan, at } = entry;
  const names = { rollout, stable, candidate, first: stable === candidate, plan };
  return {
    length,
    ...names,
    begunAt: at,
    stage: { at: "clear" },
    stageAt: at,
    open: undefined,
    ...FRESH,
    weights: undefined,
    known: undefined,
    mend: undefined,
    forced: false,
    steps: [],
    skip: false,
    paused: undefined,
    frozenUntil: 0,
    held: false,
    smokeFailed: undefined,
    deployed: false,
    promoted: false,
    rollbackAsked: undefined,
    outcome: undefined,
    stopped: undefined,
  };
}

/** What is counted anew in each stage. */
const FRESH = {
  tries: 0,
  doneAt: undefined,
  failedAt: undefined,
  lastError: "",
  grown: { tries: 0, endedAt: undefined },
};

function change(state: RolloutState, entry: JournalEntry): RolloutState {
  switch (entry.kind) {
    case "intent":
      return intended(state, entry.id, entry.act, entry.at);
    case "done":
      return done(state, entry.at, entry.result);
    case "failed":
      return failed(state, entry.at, entry.error);
    case "lost":
      return lost(state);
    case "verified":
      return verified(state, entry.weights, entry.at);
    case "passed":
      return enter({ ...state, skip: false }, afterStep(state, entry.step), entry.at);
    case "hold":
      return { ...state, held: true };
    case "released":
      return { ...state, held: false };
    case "frozen":
      return { ...state, frozenUntil: entry.until };
    case "paused":
      return { ...state, paused: { at: entry.at, reason: entry.reason } };
    case "rollback":
      return rolledBack(state, entry.reason, entry.at);
    case "stopped":
      return { ...state, stopped: entry.reason };
    case "ended":
      return enter(state, { at: "ended" }, entry.at);
    case "command":
      return obey(state, entry);
    default:
      return state;
  }
}

function enter(state: RolloutState, stage: Stage, at: number): RolloutState {
  return { ...state, ...FRESH, stage, stageAt: at };
}

function intended(state: RolloutState, id: number, act: Act, at: number): RolloutState {
  const open = { id, act };
  if (act.do === "grow") {
    return { ...state, open, grown: { tries: state.grown.tries + 1, endedAt: undefined } };
  }
  const next = { ...state, open, tries: state.tries + 1, doneAt: undefined, failedAt: undefined };
  switch (act.do) {
    case "weights":
    case "weights-now":
      return { ...next, known: withKnown(state.known, act.weights), steps: stepsAfter(state, act, at) };
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
  return shareOf(act.weights, candidate) > 0 ? [{ weight: plan.steps[stage.step]!.weight, from }] : steps;
}

function withKnown(known: readonly Weights[] | undefined, weights: Weights): readonly Weights[] | undefined {
  if (known?.some((each) => sameWeights(each, weights))) return known;
  return [...(known ?? []), weights];
}

function done(state: RolloutState, at: number, result?: ActResult): RolloutState {
  const act = state.open?.act;
  const next = { ...state, open: undefined, doneAt: at };
  switch (act?.do) {
    case "backup":
      return enter(next, { at: "migrate" }, at);
    case "migrate":
      return enter(next, { at: "deploy" }, at);
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
      return enter(next, { at: "over" }, at);
    default:
      return next;
  }
}

function failed(state: RolloutState, at: number, error: string): RolloutState {
  const next = { ...state, open: undefined, lastError: error };
  if (state.open?.act.do === "grow") return { ...next, grown: { ...state.grown, endedAt: at } };
  return { ...next, failedAt: at };
}

/** An interruption is no failure: it doesn't count as a try. */
function lost(state: RolloutState): RolloutState {
  const { open, grown, tries } = state;
  const next = { ...state, open: undefined };
  if (open?.act.do === "grow") return { ...next, grown: { ...grown, tries: grown.tries - 1 } };
  return { ...next, tries: Math.max(0, tries - 1) };
}

function verified(state: RolloutState, weights: Weights, at: number): RolloutState {
  const next = { ...state, weights, known: [weights], mend: undefined };
  if (state.mend) return mended(next, weights, at);
  switch (state.stage.at) {
    case "clear":
      return enter(next, { at: "backup" }, at);
    case "shift":
      return bake(next, state.stage.step, at);
    case "return":
      return state.promoted ? enter(next, { at: "unpromote" }, at) : keep(next, at);
    default:
      return next;
  }
}

/** After a drift the split that holds now says which step this is; it bakes anew, because its traffic was another. */
function mended(state: RolloutState, weights: Weights, at: number): RolloutState {
  const { stage, plan, candidate, first } = state;
  if (stage.at !== "shift" && stage.at !== "bake" && stage.at !== "promote") {
    return { ...state, ...FRESH, stageAt: at };
  }
  const share = first ? 0 : shareOf(weights, candidate);
  const index = plan.steps.findLastIndex(({ weight }) => weight <= share);
  return index < 0 ? enter(state, { at: "shift", step: 0 }, at) : bake(state, index, at);
}

function bake(state: RolloutState, index: number, at: number): RolloutState {
  const { weight } = state.plan.steps[index]!;
  const before = state.steps;
  // The first step is watched since its intent, and isn't begun a second time.
  const steps =
    before.length === 1 && index === 0 && state.stage.at === "shift"
      ? before
      : [...before, { weight, from: at }];
  return enter({ ...state, steps }, { at: "bake", step: index, since: at }, at);
}

function afterStep({ plan }: RolloutState, index: number): Stage {
  return index + 1 < plan.steps.length ? { at: "shift", step: index + 1 } : { at: "promote" };
}

function rolledBack(state: RolloutState, reason: string, at: number): RolloutState {
  const cleared = { paused: undefined, stopped: undefined, rollbackAsked: undefined, mend: undefined };
  const outcome = { is: "rolled-back", reason } as const;
  return enter(
    { ...state, ...cleared, outcome, held: false, skip: false, forced: false },
    { at: "return" },
    at,
  );
}

/** Traffic is where it is to stay. What carries none keeps its servers a while, if it was given any. */
function keep(state: RolloutState, at: number): RolloutState {
  const outcome = state.outcome ?? { is: "promoted" as const, reason: "all steps passed" };
  const idle = !state.first && (outcome.is === "promoted" || state.deployed);
  return enter({ ...state, outcome }, idle ? { at: "keep", since: at } : { at: "over" }, at);
}

/** Where traffic is to be in the present stage. */
export function targetOf({ stage, stable, candidate, plan, weights, outcome }: RolloutState): Weights {
  switch (stage.at) {
    case "shift":
      return split(stable, candidate, plan.steps[stage.step]!.weight);
    case "clear":
    case "return":
    case "unpromote":
      return only(stable);
    case "keep":
      return outcome?.is === "promoted" ? only(candidate) : only(stable);
    default:
      return weights ?? only(stable);
  }
}
