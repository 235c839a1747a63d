import { type Action, look, type Seen, stop, wait } from "../action.ts";
import type { RolloutState } from "../state.ts";
import { shareOf } from "../weights.ts";
import { isCurrent } from "./fresh.ts";

/**
 * In whole percent. With this share or more, stable has enough users of its own: the gates compare the candidate with
 * it.
 */
const COMPARED = 5;
const STALE_MS = 10_000;
const AGAIN_MS = 1_000;

/**
 * Whether stable is sick as well, when it had too few users to be compared with. At the last step an outage of
 * something that both tracks need looks like the candidate's fault.
 *
 * Stable's smoke tests are asked, and once more when they fail, because one failed test proves little. If they fail
 * again a person must decide: no rollback moves load onto a sick stable.
 *
 * @returns undefined when nothing speaks against stable, or a person asked for the rollback
 */
export function sick(state: RolloutState, seen: Seen, now: number): Action | undefined {
  const { insisted, forced, stable, weights } = state;
  if (insisted || forced || (weights && shareOf(weights, stable) >= COMPARED)) return undefined;
  const sight = seen.service?.track === stable ? seen.service : undefined;
  const again = look({ at: "service", track: stable });
  if (!isCurrent(sight, state, now, STALE_MS)) return again;
  if (sight.read?.passed) return undefined;
  const why = sight.read?.details.join("; ") ?? sight.error;
  if (sight.failingSince === undefined || sight.failingSince === sight.at) {
    const at = sight.at + AGAIN_MS;
    return now >= at ? again : wait(at, "asking stable once more");
  }
  return stop(
    `stable fails its smoke tests too, so no traffic goes back to it: ${why}. \`rollback\` takes it back all the same`,
  );
}
