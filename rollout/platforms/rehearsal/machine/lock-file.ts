import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { RehearsalError } from "./errors.ts";
import { startTimeOf } from "./identity.ts";

/** Who has a lock: the number names a process only with its start, because a number is used again. */
export interface Holder {
  pid: number;
  started: string;
}

/**
 * Takes a lock for this process, with a note for who finds it taken. A lock whose holder has died (a crash, `kill -9`)
 * is taken over.
 *
 * @returns the living holder and its note when there is one; undefined when the lock is ours now
 */
export function takeLock<Note extends object>(file: string, note: Note): (Holder & Note) | undefined {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  const text = JSON.stringify({ ...note, pid: process.pid, started: startTimeOf(process.pid) ?? "" });
  try {
    writeFileSync(draft, text);
    // A link either is made, with its content, or exists already: no one sees an empty lock.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (linked(draft, file)) return undefined;
      const holder = livingHolder<Note>(file);
      if (holder) return holder;
      clear(file, holderOf(file));
    }
    throw new RehearsalError(`The lock ${file} can't be had; try again.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Who has the lock and lives; undefined when nobody does. */
export function livingHolder<Note extends object>(file: string): (Holder & Note) | undefined {
  const holder = holderOf<Note>(file);
  return holder && startTimeOf(holder.pid) === holder.started ? holder : undefined;
}

/** Who has the lock, alive or not; undefined when nobody has. */
export function holderOf<Note extends object>(file: string): (Holder & Note) | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder & Note;
  } catch {
    return undefined;
  }
}

/** Takes a dead holder's lock away, unless another process was faster and the lock is by now its own. */
function clear(file: string, dead: Holder | undefined): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const taken = holderOf(aside);
  if (taken && taken.pid !== dead?.pid) linked(aside, file);
  rmSync(aside, { force: true });
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
