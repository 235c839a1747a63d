import { obey } from "./command.ts";
import { done, failed, intended, lost } from "./intent.ts";
import type { JournalEntry } from "./journal.ts";
import { LIMITS } from "./plan.ts";
import { afterStep, enter, FRESH, rolledBack, verified } from "./stages.ts";
import type { RolloutState } from "./state.ts";

export { targetOf } from "./stages.ts";

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
  if (entry.kind === "begin") return begun(entry, state);
  if (!state) return undefined;
  return { ...change(state, entry), length: state.length + 1 };
}

function begun(entry: JournalEntry & { kind: "begin" }, before: RolloutState | undefined): RolloutState {
  const length = (before?.length ?? 0) + 1;
  const { rollout, stable, candidate, plan, phase, at } = entry;
  // A rollout that an older version began knows no limit that came later.
  const limits = { ...LIMITS, ...plan.limits };
  const names = { rollout, stable, candidate, first: stable === candidate, plan: { ...plan, limits }, phase };
  return {
    length,
    ...names,
    begunAt: at,
    stableFrom: stableFrom(stable, before),
    stage: { at: "clear" },
    stageAt: at,
    open: undefined,
    ...FRESH,
    weights: undefined,
    known: undefined,
    draining: undefined,
    mend: undefined,
    forced: false,
    steps: [],
    splits: [],
    skip: false,
    paused: undefined,
    ...{ accepted: false, told: [], harmed: undefined, oneWay: false },
    frozenUntil: 0,
    held: false,
    smokeFailed: undefined,
    deployed: false,
    promoted: false,
    rollbackAsked: undefined,
    insisted: false,
    outcome: undefined,
    stopped: undefined,
    drift: undefined,
  };
}

/** In the rollout before its track was given its version, or was stable already. */
function stableFrom(stable: string, before: RolloutState | undefined): number | undefined {
  if (before?.candidate === stable) return before.begunAt;
  return before?.stable === stable ? before.stableFrom : undefined;
}

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
      return verified(state, entry, entry.at);
    case "passed":
      return enter({ ...state, skip: false }, afterStep(state, entry.step), entry.at);
    case "hold":
      return { ...state, held: true };
    case "released":
      return { ...state, held: false };
    case "frozen":
      return { ...state, frozenUntil: entry.until };
    case "paused":
      return {
        ...state,
        paused: { at: entry.at, reason: entry.reason, ...(entry.about && { about: entry.about }) },
      };
    case "told":
      return { ...state, told: [...state.told, ...entry.gates] };
    case "led":
      return {
        ...state,
        splits: state.splits.map((each, at, all) => (at === all.length - 1 ? { ...each, led: true } : each)),
      };
    case "rollback":
      return rolledBack(state, entry.reason, entry.at);
    case "stopped":
      return {
        ...state,
        stopped: entry.reason,
        drift: entry.drift && { real: entry.drift.real, at: entry.at },
      };
    case "ended":
      return enter(state, { at: "ended" }, entry.at);
    case "command":
      return obey(state, entry);
    default:
      return state;
  }
}
