import { type Action, note, type Seen } from "../action.ts";
import type { RolloutState } from "../state.ts";

/**
 * Pauses a bake whose sessions begin elsewhere than the split says: then its users aren't those that the weights chose, and what the
 * gates find of them isn't said of all users.
 *
 * @returns undefined when nothing is known against it, or a person has accepted it for this split
 */
export function pauseForSessions({ stage, splits }: RolloutState, { gates }: Seen): Action | undefined {
  const split = splits.at(-1);
  const skewed = gates?.verdict.skewed;
  if (stage.at !== "bake" || skewed === undefined || !split || split.accepted) return undefined;
  // A look from before the split was of another.
  if (gates === undefined || gates.at < split.from) return undefined;
  return note({ kind: "paused", reason: skewed, about: "sessions" });
}
