import type { Sight } from "../action.ts";
import type { RolloutState } from "../state.ts";

/**
 * Whether what was seen still counts: nothing has come into the journal since, and it isn't old. A sight from the future says
 * that the clock was moved, and nothing of now.
 */
export function isCurrent<T extends Sight>(
  sight: T | undefined,
  { length }: Pick<RolloutState, "length">,
  now: number,
  forMs: number,
): sight is T {
  return sight?.length === length && sight.at <= now && now - sight.at <= forMs;
}
