import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Held } from "../../held.ts";
import type { Lock } from "../../platform.ts";
import { RehearsalError } from "../errors.ts";
import { startTimeOf } from "../identity.ts";

interface Holder {
  owner: string;
  since: number;
  pid: number;
  /** With the number it names the process: a number alone is used again. */
  started: string;
}

/**
 * One controller at a time. On one machine no heartbeat is needed: the process that holds it lives or doesn't, so a killed
 * one's passes on at once, and a living one's is never lost.
 *
 * @throws {Held} when a living process has it
 */
export function lease(file: string, owner: string): Lock {
  mkdirSync(dirname(file), { recursive: true });
  const mine: Holder = {
    owner,
    since: Date.now(),
    pid: process.pid,
    started: startTimeOf(process.pid) ?? "",
  };
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, JSON.stringify(mine));
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (linked(draft, file)) return lockOf(file, mine);
      const holder = read(file);
      if (holder && startTimeOf(holder.pid) === holder.started) throw new Held(holder.owner, holder.since);
      clear(file, holder);
    }
    throw new RehearsalError(`The lock ${file} can't be had; try again.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

function lockOf(file: string, mine: Holder): Lock {
  return {
    lost: new AbortController().signal,
    async release() {
      const holder = read(file);
      if (holder?.pid === mine.pid && holder.since === mine.since) rmSync(file, { force: true });
    },
  };
}

/** Takes a dead holder's away, unless somebody was faster and it is by now theirs: then it is put back. */
function clear(file: string, dead: Holder | undefined): void {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const taken = read(aside);
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

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}
