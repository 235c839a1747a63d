import { type Action, look, note, type Seen } from "../action.ts";
import { isWatched, type RolloutState } from "../state.ts";

const EVERY_MS = 1_000;
/** A second's metrics are there this long after its end, where they come at once. */
const SETTLED_MS = 150;
const AGAIN_MS = 50;

export type Watched =
  | { is: "well" }
  | { is: "busy"; action: Action }
  | { is: "sick"; reason: string; evidence?: unknown };

/**
 * While users may be on the candidate, the gates are asked as soon as the metrics of another second are complete.
 * Where metrics come later than that, the gates are asked each second. This goes on in a pause and in a freeze too.
 */
export function watch(state: RolloutState, seen: Seen, now: number): Watched {
  if (!isWatched(state)) return { is: "well" };
  const sight = seen.gates;
  if (!sight || sight.steps !== state.steps.length || sight.at > now || now >= lookAt(sight))
    return busy(look({ at: "gates" }));
  const { outcome, hold = false, reason, evidence } = sight.verdict;
  if (outcome === "fail") return { is: "sick", reason, evidence };
  if (hold && !state.held)
    return busy(note({ kind: "hold", reason, ...(evidence !== undefined && { evidence }) }));
  if (!hold && state.held) return busy(note({ kind: "released" }));
  return { is: "well" };
}

/** While users may be on the candidate, no wait goes beyond the next look at the gates. */
export function wakeToLook(action: Action, state: RolloutState, { gates }: Seen): Action {
  if (action.is !== "wait" || !gates || !isWatched(state)) return action;
  return { ...action, until: Math.min(action.until, lookAt(gates)) };
}

function lookAt({ at, through }: NonNullable<Seen["gates"]>): number {
  const complete = through + 1000 + SETTLED_MS;
  const isLive = Math.abs(at - complete) < EVERY_MS;
  return isLive ? Math.max(complete, at + AGAIN_MS) : at + EVERY_MS;
}

function busy(action: Action): Watched {
  return { is: "busy", action };
}
