import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { RehearsalError } from "./errors.ts";
import { startTimeOf } from "./identity.ts";
import type { Place } from "./state.ts";

interface Holder {
  pid: number;
  started: string;
}

/**
 * Runs `work` while no other process changes the stack. A lock whose holder has died (a crash, `kill -9`) is taken over.
 *
 * @throws {RehearsalError} when another process holds it
 */
export async function locked<T>(place: Place, work: () => Promise<T>): Promise<T> {
  take(place);
  try {
    return await work();
  } finally {
    rmSync(place.lockFile, { force: true });
  }
}

function take(place: Place): void {
  mkdirSync(dirname(place.lockFile), { recursive: true });
  const mine: Holder = { pid: process.pid, started: startTimeOf(process.pid) ?? "" };
  const draft = `${place.lockFile}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(mine));
  try {
    // A link either is made, with its content, or exists already: no one sees an empty lock.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (link(draft, place.lockFile)) return;
      const holder = read(place.lockFile);
      if (holder && startTimeOf(holder.pid) === holder.started) throw held(place, holder);
      clear(place.lockFile, holder);
    }
    throw new RehearsalError(`The lock ${place.lockFile} can't be had; try again.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

function held({ stack }: Place, { pid }: Holder): RehearsalError {
  return new RehearsalError(
    `Another command (process ${pid}) is changing the stack ${stack}. Wait for it to end.`,
  );
}

/** Takes a dead holder's lock away, unless another process was faster and the lock is by now its own. */
function clear(file: string, dead: Holder | undefined): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const taken = read(aside);
  if (taken && taken.pid !== dead?.pid) link(aside, file);
  rmSync(aside, { force: true });
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}
