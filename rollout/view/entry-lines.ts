import type { Act, JournalEntry } from "../core/journal.ts";
import { entryText } from "./entry-text.ts";
import { OnceTold } from "./once-told.ts";

/**
 * Makes a line of each entry of a journal, with its time of day.
 *
 * @param acts those before, by number; what is told adds its own
 */
export function entryLines(acts: Map<number, Act>): (entry: JournalEntry) => string {
  const once = new OnceTold();
  return (entry) => {
    if (entry.kind === "intent") acts.set(entry.id, entry.act);
    // Further lines of a text are indented, so that none of them can be taken for an entry of its own.
    const text = once.text(entryText(entry, acts)).replaceAll("\n", "\n          ");
    return `${new Date(entry.at).toISOString().slice(11, 19)}  ${text}`;
  };
}
