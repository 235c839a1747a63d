import { linkSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type JournalEntry, KINDS } from "../../../core/journal.ts";
import { JournalConflict, type JournalStore, type Lock } from "../../platform.ts";
import { Damaged, stored } from "../machine/lost/stored.ts";
import { lease } from "./lease.ts";

/**
 * The journal as a folder with a file for each entry, by number. To write entry n is to link a finished file to the name
 * n, which fails when somebody else has written n: that is the compare-and-swap. No entry is ever seen half written.
 */
export class FileJournal implements JournalStore {
  readonly #folder: string;
  readonly #leaseFile: string;
  /** Entries never change: what was read once isn't read again. */
  readonly #entries: JournalEntry[] = [];

  constructor(folder: string, leaseFile: string) {
    this.#folder = folder;
    this.#leaseFile = leaseFile;
  }

  async read(): Promise<{ entries: JournalEntry[]; version: string | null }> {
    mkdirSync(this.#folder, { recursive: true });
    const count = readdirSync(this.#folder).filter((name) => ENTRY.test(name)).length;
    for (let n = this.#entries.length; n < count; n += 1) this.#entries.push(this.#entry(n));
    return { entries: [...this.#entries], version: count === 0 ? null : String(count) };
  }

  /** @throws {Damaged} when it is missing among later ones, or can't be what was written */
  #entry(number: number): JournalEntry {
    const file = join(this.#folder, nameOf(number));
    const entry = stored(file, entrySchema, LOST);
    if (!entry) throw new Damaged(`${file} is missing. ${LOST}`);
    return entry as unknown as JournalEntry;
  }

  async append(entry: JournalEntry, version: string | null): Promise<string> {
    mkdirSync(this.#folder, { recursive: true });
    const number = Number(version ?? 0);
    const draft = join(this.#folder, `draft-${process.pid}-${draftNumber()}`);
    try {
      await writeToDisk(draft, `${JSON.stringify(entry)}\n`);
      linkSync(draft, join(this.#folder, nameOf(number)));
      await syncFolder(this.#folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") throw new JournalConflict();
      throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    return String(number + 1);
  }

  async lock(owner: string): Promise<Lock> {
    return lease(this.#leaseFile, owner);
  }
}

const LOST =
  "What a rollout has done can't be told from it any more. Traffic stays as it is; move it with rehearse apply, after putting the journal's folder aside.";

/** What each entry has, of whatever kind; the kinds with a number must have one. */
const entrySchema = z.looseObject({
  kind: z.enum(KINDS),
  at: z.number(),
  by: z.string(),
  id: z.int().optional(),
  act: z.looseObject({ do: z.string() }).optional(),
  plan: z.looseObject({}).optional(),
  weights: z.record(z.string(), z.number()).optional(),
});

const ENTRY = /^\d{6}\.json$/;

function nameOf(number: number): string {
  return `${String(number).padStart(6, "0")}.json`;
}

let drafts = 0;
function draftNumber(): number {
  drafts += 1;
  return drafts;
}

async function writeToDisk(file: string, text: string): Promise<void> {
  const handle = await open(file, "w", 0o644);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The name, too, must outlive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  await handle.sync().finally(() => handle.close());
}
