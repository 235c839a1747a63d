import { type Action, note, type Seen } from "../action.ts";
import { isWatched, type RolloutState } from "../state.ts";

/** What is said of a rollout that nothing takes back by itself. */
export const ONE_WAY = "the migration is declared irreversible: nothing goes back by itself";

/** After a migration that is declared irreversible: a pause and a page, in a rollback's place. */
export function askPerson(reason: string, evidence?: unknown): Action {
  const proof = evidence !== undefined && { evidence };
  return note({ kind: "paused", reason: `${reason} (${ONE_WAY})`, about: "gates", ...proof });
}

/** Whether a person was asked about gates that fail, or has said to go on at this step all the same. */
export function isAsked({ accepted, paused }: RolloutState): boolean {
  return accepted || paused?.about === "gates";
}

/** What gates ask for that fail and aren't to send the candidate back: that people know it, or a pause until one has looked. */
export function heedGates(state: RolloutState, { gates }: Seen): Action | undefined {
  if (!gates || !isWatched(state)) return undefined;
  const { pauses, tells, evidence } = gates.verdict;
  const proof = evidence !== undefined && { evidence };
  const news = tells?.gates.filter((each) => !state.told.includes(each)) ?? [];
  if (tells && news.length > 0) return note({ kind: "told", reason: tells.reason, gates: news, ...proof });
  if (!pauses || isAsked(state)) return undefined;
  return note({ kind: "paused", reason: pauses.reason, about: "gates", ...proof });
}
