import { join } from "node:path";
import type { JournalEntry } from "../../../rollout/core/journal.ts";
import { FileJournal } from "../../../rollout/platforms/rehearsal/journal/journal.ts";
import { journalFolder } from "../../../rollout/platforms/rehearsal/journal/past.ts";

/** A rollback that counts, of the version. */
export function rolledBack(rollout: string, version: string, at: number): JournalEntry[] {
  const weights = (green: number) => ({ kind: "verified", weights: { blue: 100 - green, green } });
  const notes = [
    { kind: "begin", rollout, stable: "blue", candidate: "green", plan: {} },
    { kind: "intent", id: 1, act: { do: "smoke", track: "green" } },
    { kind: "done", id: 1, result: { passed: true, details: [], version } },
    weights(10),
    { kind: "rollback", reason: "asked for" },
    weights(0),
  ];
  return notes.map((note) => ({ ...note, at, by: "me" })) as JournalEntry[];
}

/** Leaves them where a rehearsal of the stack leaves its journal. */
export async function rehearse(projectDir: string, entries: JournalEntry[], stack = "beta"): Promise<void> {
  const journal = new FileJournal(
    journalFolder(join(projectDir, ".rehearsal", stack, "logs")),
    join(projectDir, "lock"),
  );
  let version: string | null = null;
  for (const entry of entries) version = await journal.append(entry, version);
}
