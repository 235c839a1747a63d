import type { JournalEntry } from "./journal.ts";
import { step } from "./replay.ts";
import type { RolloutState } from "./state.ts";

/** How the last rollout was taken back, as far as the journal says for sure. */
export interface Withdrawal {
  /** When it was decided, in milliseconds since the epoch. */
  at: number;
  /** The gates, by their evidence; a person; or the controller, when a step couldn't be taken. */
  by: "the gates" | "a person" | "the controller";
  /** Whether users may have been on the candidate. */
  hadUsers: boolean;
}

/** @returns undefined when the journal's last rollout wasn't taken back */
export function withdrawalIn(entries: readonly JournalEntry[]): Withdrawal | undefined {
  const begun = entries.findLastIndex(({ kind }) => kind === "begin");
  let state: RolloutState | undefined;
  let found: Withdrawal | undefined;
  for (const entry of begun < 0 ? [] : entries.slice(begun)) {
    if (entry.kind === "rollback" && state) {
      // A person's word comes before what the gates say, and so it is the reason.
      const asked = state.rollbackAsked !== undefined;
      const by = asked ? "a person" : entry.evidence === undefined ? "the controller" : "the gates";
      found = { at: entry.at, by, hadUsers: state.steps.length > 0 };
    }
    state = step(state, entry);
  }
  return found;
}
