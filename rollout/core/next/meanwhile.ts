import { type Action, look, type Seen } from "../action.ts";
import { drifted, isKnown } from "../reading.ts";
import type { RolloutState } from "../state.ts";
import { stopAtDrift } from "./bring.ts";

/** How old a look at the balancer may be while nothing is done. */
const EVERY_MS = 30_000;

/**
 * A bake lasts up to a day, and nothing is compared until its end: somebody's `pulumi up` with other weights in its config
 * would be found out then, and what the gates said in between would be about another split. So the balancer alone, which
 * is quick, is looked at meanwhile, and everything once it differs. A look that fails says nothing; the next act needs one
 * that doesn't.
 *
 * @returns what to do about it; undefined: nothing, the split is as the rollout left it
 */
export function movedMeanwhile(
  state: RolloutState,
  { real, weights }: Seen,
  now: number,
): Action | undefined {
  if (!real || real.length !== state.length || now - real.at > EVERY_MS) return look({ at: "real" });
  if (!real.read || isKnown(real.read, state.known)) return undefined;
  if (!weights || weights.length !== state.length || weights.at < real.at) return look({ at: "weights" });
  return weights.read && drifted(weights.read, state.known) ? stopAtDrift(state, weights.read) : undefined;
}
