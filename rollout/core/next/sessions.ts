import { type Action, look, note, type Seen } from "../action.ts";
import { ledText, someLed } from "../reading.ts";
import type { RolloutState } from "../state.ts";
import { isCurrent } from "./fresh.ts";

/** How old the knowledge of who is led may be. */
const EVERY_MS = 30_000;

/**
 * Pauses a bake whose sessions begin elsewhere than the split says: then its users aren't those that the weights chose, and what the
 * gates find of them isn't said of all users. While cohorts are led to a track they begin there whatever the split says, and nobody can tell
 * them from others: then nothing is concluded from it at these weights, and the journal says so.
 *
 * @returns undefined when nothing is known against it, or a person has accepted it for this split
 */
export function pauseForSessions(
  state: RolloutState,
  { gates, weights }: Seen,
  now: number,
): Action | undefined {
  const { stage, splits } = state;
  const split = splits.at(-1);
  const skewed = gates?.verdict.skewed;
  if (stage.at !== "bake" || skewed === undefined || !split || split.accepted || split.led) return undefined;
  // A look from before the split was of another.
  if (gates === undefined || gates.at < split.from) return undefined;
  if (!isCurrent(weights, state, now, EVERY_MS)) return look({ at: "weights" });
  const { cohorts } = weights.read ?? {};
  if (weights.read && someLed(weights.read))
    return note({ kind: "led", cohorts: ledText({ ...cohorts?.config, ...cohorts?.real }) });
  return note({ kind: "paused", reason: skewed, about: "sessions" });
}
