import { type Action, look, type Seen } from "../action.ts";
import { drifted, isKnown } from "../reading.ts";
import type { RolloutState } from "../state.ts";
import { stopAtDrift } from "./bring.ts";
import { isFresh } from "./fresh.ts";

/** How old a look at the balancer may be while nothing is done, and when a step is to pass. */
const EVERY_MS = 30_000;
const AT_THE_END_MS = 5_000;

/**
 * Looks at the balancer during a bake.
 *
 * A bake lasts up to a day, and the three places are compared only at its end. If somebody's `pulumi up` with other
 * weights were found only then, the gates would have judged another split. So the balancer alone, which is quick to
 * read, is looked at meanwhile. Only when it differs is everything read. A failed look proves nothing here; the next
 * act needs a good one.
 *
 * @param isEnd whether the step is about to pass: what is said of it then was so to its end
 * @returns what to do about it; undefined: nothing, the split is as the rollout left it
 */
export function movedMeanwhile(
  state: RolloutState,
  { real, weights }: Seen,
  now: number,
  isEnd = false,
): Action | undefined {
  if (!real || real.length !== state.length || !isFresh(real, now, isEnd ? AT_THE_END_MS : EVERY_MS))
    return look({ at: "real" });
  if (!real.read || isKnown(real.read, state.known)) return undefined;
  if (!weights || weights.length !== state.length || weights.at < real.at) return look({ at: "weights" });
  return weights.read && drifted(weights.read, state.known) ? stopAtDrift(state, weights.read) : undefined;
}
