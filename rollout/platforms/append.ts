import type { JournalEntry } from "../core/journal.ts";
import { JournalConflict, type JournalStore } from "./platform.ts";

/**
 * Writes an entry after whatever others write meanwhile.
 *
 * @param entryAfter what to write after these entries; asked anew whenever somebody was faster
 * @throws what it does, and when the journal can't be read or written
 */
export async function appendAfter(
  journal: Pick<JournalStore, "read" | "append">,
  entryAfter: (entries: readonly JournalEntry[]) => JournalEntry | Promise<JournalEntry>,
): Promise<void> {
  for (;;) {
    const { entries, version } = await journal.read();
    const entry = await entryAfter(entries);
    try {
      await journal.append(entry, version);
      return;
    } catch (error) {
      if (!(error instanceof JournalConflict)) throw error;
    }
  }
}
