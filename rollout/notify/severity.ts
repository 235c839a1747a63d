import type { Note } from "../core/journal.ts";

/** P1: answered within 30 minutes, P2: within 2 hours, P3: within a day, P4: looked at weekly. */
export type Severity = "P1" | "P2" | "P3" | "P4";

/** Within how many minutes somebody answers; null: at the weekly review. */
export const ANSWER_MINUTES: Record<Severity, number | null> = { P1: 30, P2: 120, P3: 24 * 60, P4: null };

/**
 * How urgent an entry of the journal is.
 *
 * P1 where users are hurt and nothing heals it by itself: a rollout that stopped, or both tracks sick. P2 where the
 * rollout has healed it, or waits for a person. P3 for what a person should know by tomorrow.
 */
export function severityOf(note: Note): Severity {
  switch (note.kind) {
    case "stopped":
    case "hold":
      return "P1";
    case "rollback":
    case "paused":
      return "P2";
    case "ended":
      return note.outcome === "rolled-back" ? "P2" : "P4";
    case "failed":
    case "frozen":
    case "released":
      return "P3";
    default:
      return "P4";
  }
}
