import { type Action, look, type Seen } from "../action.ts";
import { drifted, isKnown } from "../reading.ts";
import type { RolloutState } from "../state.ts";
import { stopAtDrift, stopUnread } from "./bring.ts";
import { isCurrent } from "./fresh.ts";

/** How old a look at the balancer may be while nothing is done. */
const EVERY_MS = 30_000;
/** And when a step is to pass: less than the pause between two looks at the gates, so that the wait for a good one is theirs. */
const AT_THE_END_MS = 900;

/**
 * Looks at the balancer during a bake.
 *
 * A bake lasts up to a day, and the three places are compared only at its end. If somebody's `pulumi up` with other
 * weights were found only then, the gates would have judged another split. So the balancer alone, which is quick to
 * read, is looked at meanwhile. Only when it differs is everything read. A failed look proves nothing here; the next
 * act needs a good one.
 *
 * @returns what to do about it; undefined: nothing, the split is as the rollout left it
 */
export function movedMeanwhile(
  state: RolloutState,
  { real, weights }: Seen,
  now: number,
): Action | undefined {
  if (!isCurrent(real, state, now, EVERY_MS)) return look({ at: "real" });
  if (!real.read || isKnown(real.read, state.known)) return undefined;
  if (!weights || weights.length !== state.length || weights.at < real.at) return look({ at: "weights" });
  return weights.read && drifted(weights.read, state.known, state.draining)
    ? stopAtDrift(state, weights.read)
    : undefined;
}

/**
 * Whether the split was the rollout's to the end of a bake: only then is what the gates say said of it. It takes a good look.
 *
 * @returns an action where it must be looked at, or can't be for too long
 */
export function heldToTheEnd(state: RolloutState, { real }: Seen, now: number): Action | boolean {
  if (!isCurrent(real, state, now, AT_THE_END_MS)) return look({ at: "real" });
  if (!real.read) return stopUnread(state, real, now) ?? false;
  return isKnown(real.read, state.known);
}
