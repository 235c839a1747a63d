import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { JournalEntry } from "../../../core/journal.ts";
import { FileJournal } from "./journal.ts";

/** The journals of a stack's former lives, a folder each, within the stack's. They are proof of what was rehearsed. */
export const PAST = "journals";

/** @param logs a stack's folder of logs */
export function journalFolder(logs: string): string {
  return join(logs, "rollout", "journal");
}

/** Puts the journal of the life that ended aside, before its logs are removed. */
export function keepJournal(folder: string, logs: string, now: number): void {
  const journal = journalFolder(logs);
  if (!existsSync(journal)) return;
  mkdirSync(join(folder, PAST), { recursive: true });
  renameSync(journal, join(folder, PAST, new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "")));
}

/** The folders of the stacks that were rehearsed here, whether they are up or not. */
export function rehearsalsIn(stateDir: string): string[] {
  const found = existsSync(stateDir) ? readdirSync(stateDir, { withFileTypes: true }) : [];
  return found.filter((each) => each.isDirectory()).map(({ name }) => join(stateDir, name));
}

/** All entries of a stack's journals, the oldest life first. */
export async function allEntries(folder: string, logs: string): Promise<JournalEntry[]> {
  const past = join(folder, PAST);
  const lives = existsSync(past) ? readdirSync(past).toSorted() : [];
  const journals = [...lives.map((name) => join(past, name)), journalFolder(logs)].filter(existsSync);
  return (await Promise.all(journals.map(entriesIn))).flat();
}

/** The entries of the stack's present life; none before its first rollout. */
export async function presentEntries(logs: string): Promise<JournalEntry[]> {
  const journal = journalFolder(logs);
  return existsSync(journal) ? entriesIn(journal) : [];
}

/** Only read, so never locked. */
async function entriesIn(journal: string): Promise<JournalEntry[]> {
  return (await new FileJournal(journal, join(journal, "unused.lock")).read()).entries;
}
