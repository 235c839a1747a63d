import { type Action, type Looked, look, type Seen, stop, wait } from "../action.ts";
import type { Act } from "../journal.ts";
import { allAt, drifted, type Reading, readingText } from "../reading.ts";
import type { RolloutState } from "../state.ts";
import { trafficText, type Weights } from "../weights.ts";
import { isCurrent } from "./fresh.ts";

/** What was read so long ago isn't acted upon. */
const STALE_MS = 30_000;
const AGAIN_MS = 1_000;

/** How far the weights are from where they should be, and what to do about it. */
export type Brought =
  | { is: "there" }
  /** The act is due. */
  | { is: "due"; act: Act }
  | { is: "spent"; reason: string }
  | { is: "busy"; action: Action };

/**
 * Brings the weights to `target` in all three places, or says that they are there. What counts is what is read back, never
 * what an act reported; and a difference that no act of ours explains stops everything.
 *
 * @param draining the track that is to keep its sessions then
 */
export function bring(
  state: RolloutState,
  seen: Seen,
  now: number,
  target: Weights,
  act: Act,
  draining?: string,
): Brought {
  const { limits } = state.plan;
  const sight = seen.weights;
  if (!isCurrent(sight, state, now, STALE_MS)) return busy(look({ at: "weights" }));
  const again =
    now >= sight.at + AGAIN_MS
      ? look({ at: "weights" })
      : wait(sight.at + AGAIN_MS, "reading the weights back");
  if (!sight.read) return busy(stopUnread(state, sight, now) ?? again);
  if (allAt(sight.read, target, draining)) return { is: "there" };
  if (state.doneAt !== undefined && now < state.doneAt + limits.verifySeconds * 1000) return busy(again);
  const resting = rest(state, now);
  if (resting) return busy(resting);
  if (drifted(sight.read, state.known, state.draining)) return busy(stopAtDrift(state, sight.read));
  if (state.tries >= limits.attempts) {
    return { is: "spent", reason: state.lastError || `the weights stay ${readingText(sight.read)}` };
  }
  return { is: "due", act };
}

/** Weights that can't be read for so long: a person must look why. @returns undefined until then */
export function stopUnread({ plan }: RolloutState, sight: Looked<unknown>, now: number): Action | undefined {
  const since = sight.failingSince ?? sight.at;
  return now - since < plan.limits.readSeconds * 1000
    ? undefined
    : stop(`the weights can't be read: ${sight.error}`);
}

/** Something else has moved the weights: a person must say which hold. */
export function stopAtDrift({ weights, draining }: RolloutState, read: Reading): Action {
  const asked = weights ? `, the rollout left ${trafficText(weights, draining)}` : "";
  return stop(`the weights differ: ${readingText(read)}${asked}`, read);
}

/** The pause between two tries. */
export function rest({ failedAt, plan, lastError }: RolloutState, now: number): Action | undefined {
  if (failedAt === undefined) return undefined;
  const until = failedAt + plan.limits.retrySeconds * 1000;
  return now < until ? wait(until, `once more after: ${lastError}`) : undefined;
}

function busy(action: Action): Brought {
  return { is: "busy", action };
}
