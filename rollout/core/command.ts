import type { JournalEntry } from "./journal.ts";
import type { RolloutState } from "./state.ts";
import { shareOf, type Weights, weightsText } from "./weights.ts";

type CommandEntry = JournalEntry & { kind: "command" };

/** A person's word changes the state; what follows from it the controller decides. A word that makes no sense now is ignored. */
export function obey(state: RolloutState, entry: CommandEntry): RolloutState {
  if (refusal(state, entry)) return state;
  switch (entry.command) {
    case "pause":
      return { ...state, paused: { at: entry.at, reason: `${entry.by} asked` } };
    case "resume":
      return goOn(state, entry.at);
    case "promote":
      return { ...goOn(state, entry.at), skip: true };
    case "rollback":
      // A rollback that had stopped tries again.
      if (isGoingBack(state)) return { ...goOn(state, entry.at), insisted: true };
      return { ...goOn(state, entry.at), rollbackAsked: `${entry.by} asked` };
    case "restore":
      if (isGoingBack(state)) return { ...goOn(state, entry.at), forced: true };
      return { ...goOn(state, entry.at), mend: entry.weights };
    case "adopt":
      return {
        ...goOn(state, entry.at),
        mend: entry.weights,
        known: entry.weights && [entry.weights],
      };
  }
}

/**
 * Why a command makes no sense now, in words for whoever gave it.
 *
 * @returns undefined when it does
 */
export function refusal(
  state: RolloutState,
  { command, weights }: Pick<CommandEntry, "command" | "weights">,
): string | undefined {
  const { stage, stopped, outcome } = state;
  if (stage.at === "ended" || stage.at === "over") return "the rollout is over";
  switch (command) {
    case "pause":
      return isGoingBack(state) || stage.at === "keep" || stage.at === "contract"
        ? "the traffic is on its way to stay: nothing to pause"
        : undefined;
    case "promote":
      return stage.at === "bake" ? undefined : "only a bake can be cut short";
    case "rollback":
      if (state.first) return "the first release of a stack has nothing to go back to";
      if (stage.at === "contract")
        return `what ${state.stable} needs is being taken out of the database: release that version as a new one`;
      return stage.at === "keep" && outcome?.is === "rolled-back" ? "it is rolled back already" : undefined;
    case "restore":
    case "adopt":
      if (stopped === undefined) return "there is no drift to settle";
      if (!weights) return "it must say which weights";
      return command === "adopt" ? notAdoptable(state, weights) : undefined;
    default:
      return undefined;
  }
}

function goOn(state: RolloutState, at: number): RolloutState {
  const { paused } = state;
  return {
    ...state,
    splits: splitsAfter(state, at),
    paused: undefined,
    stopped: undefined,
    drift: undefined,
    smokeFailed: undefined,
    harmed: undefined,
    accepted: state.accepted || paused?.about === "gates",
    stageAt: at,
    tries: 0,
    doneAt: undefined,
    failedAt: undefined,
    grown: { tries: 0, endedAt: undefined },
  };
}

/** Who resumes has read why it paused. After a stop it isn't known which weights held meanwhile. */
function splitsAfter({ splits, paused, stopped }: RolloutState, at: number): RolloutState["splits"] {
  const last = splits.at(-1);
  if (!last || last.until !== undefined) return splits;
  const accepted = paused?.about === "sessions" ? { accepted: true } : {};
  if (stopped === undefined) return [...splits.slice(0, -1), { ...last, ...accepted }];
  return [...splits.slice(0, -1), { ...last, until: at }, { ...last, ...accepted, from: at }];
}

export function isGoingBack({ stage }: RolloutState): boolean {
  return stage.at === "return" || stage.at === "unpromote";
}

/** Why the rollout can't go on with the weights that the balancer has; undefined when it can. */
function notAdoptable(state: RolloutState, weights: Weights): string | undefined {
  const { stage, stable, candidate, outcome, first } = state;
  const others = Object.keys(weights).filter(
    (track) => track !== stable && track !== candidate && shareOf(weights, track) > 0,
  );
  if (stage.at === "clear") return undefined;
  if (isGoingBack(state)) return "a rollback goes to stable: restore";
  if (others.length > 0) return `${others.join(", ")} has no part in this rollout: restore`;
  const idle =
    stage.at === "keep" || stage.at === "contract"
      ? outcome?.is === "promoted"
        ? stable
        : candidate
      : candidate;
  const moving = stage.at === "shift" || stage.at === "bake" || stage.at === "promote";
  if (!moving && !first && shareOf(weights, idle) > 0) {
    return `${idle} must carry no traffic now, but the balancer has ${weightsText(weights)}: restore`;
  }
  return undefined;
}
