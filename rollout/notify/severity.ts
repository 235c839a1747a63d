import type { Severity } from "../../infra/watch/alerts.ts";
import type { Note } from "../core/journal.ts";

/** Within how many minutes somebody answers; null: at the weekly review. */
export const ANSWER_MINUTES: Record<Severity, number | null> = { P1: 30, P2: 120, P3: 24 * 60, P4: null };

/** What each means, in a line for who has to choose one. */
export const MEANING: Record<Severity, string> = {
  P1: "the service is down, or users lose work",
  P2: "a function fails for some users, or a release was taken back",
  P3: "a nuisance, with a way around it",
  P4: "a wish",
};

/** How often those who wait hear again, in minutes, while it lasts; null: once is enough. As soon again as somebody answers. */
export const UPDATE_MINUTES: Record<Severity, number | null> = { P1: 30, P2: 120, P3: null, P4: null };

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
    case "unwritten":
      return "P2";
    case "ended":
      return note.outcome === "rolled-back" ? "P2" : "P4";
    case "failed":
    case "told":
    case "frozen":
    case "released":
      return "P3";
    default:
      return "P4";
  }
}
