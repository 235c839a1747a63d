import { type Action, look, note, type Seen } from "./action.ts";
import { isWatched, type RolloutState } from "./state.ts";

const EVERY_MS = 1_000;

export type Watched =
  | { is: "well" }
  | { is: "busy"; action: Action }
  | { is: "sick"; reason: string; evidence?: unknown };

/** While users may be on the candidate the gates are asked each second, whatever else is going on: also in a pause or a freeze. */
export function watch(state: RolloutState, seen: Seen, now: number): Watched {
  if (!isWatched(state)) return { is: "well" };
  const sight = seen.gates;
  if (!sight || sight.steps !== state.steps.length || now >= sight.at + EVERY_MS)
    return busy(look({ at: "gates" }));
  const { outcome, hold = false, reason, evidence } = sight.verdict;
  if (outcome === "fail") return { is: "sick", reason, evidence };
  if (hold && !state.held)
    return busy(note({ kind: "hold", reason, ...(evidence !== undefined && { evidence }) }));
  if (!hold && state.held) return busy(note({ kind: "released" }));
  return { is: "well" };
}

function busy(action: Action): Watched {
  return { is: "busy", action };
}
