import { type Action, look, note, type Seen } from "../action.ts";
import type { RolloutState } from "../state.ts";
import { isCurrent } from "./fresh.ts";

const STALE_MS = 60_000;
/** What people were told of once, as a gate that only tells. */
const DRILL = "drill";

/**
 * Asks for the drill of the candidate's migration before anything is touched. Where the plan requires one the rollout pauses until it
 * has passed, and looks again when a person resumes; where it only warns, people are told once.
 *
 * @returns undefined when nothing is asked for, or the drill has passed
 */
export function undrilled(state: RolloutState, { drill }: Seen, now: number): Action | undefined {
  const { plan, candidate, told } = state;
  const asked = plan.migration?.drill;
  if (asked === undefined || told.includes(DRILL)) return undefined;
  if (!isCurrent(drill, state, now, STALE_MS)) return look({ at: "drill", track: candidate });
  if (drill.read?.passed) return undefined;
  const reason = drill.read?.reason ?? `nobody knows whether the migration was drilled: ${drill.error}`;
  if (asked === "warn") return note({ kind: "told", gates: [DRILL], reason });
  return note({ kind: "paused", reason, about: "drill" });
}
