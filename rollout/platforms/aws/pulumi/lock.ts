import { hostname } from "node:os";
import type { Clock } from "../../../clock.ts";
import { InVain, waitFor } from "../../../waiting.ts";

/** Who holds a stack. */
export interface UpdateLock {
  /** `user@machine`. */
  by: string;
  machine: string;
  /** The number of Pulumi's process there. */
  process: number;
  /** Milliseconds since the epoch. */
  since: number;
}

/**
 * Whose locks keep an update from beginning, as Pulumi says it. Of an update that Pulumi Cloud has refused nothing is said.
 *
 * Source: pkg/backend/diy/lock.go of pulumi/pulumi, `checkForLock`.
 */
export function locksIn(stderr: string): UpdateLock[] {
  const told = stderr.split(": created by ").slice(1);
  return told.flatMap((text) => {
    const [, by = "", pid, at = ""] = /^([^()\n]{1,200}) \(pid (\d{1,10})\) at (\S{1,60})/.exec(text) ?? [];
    const machine = by.slice(by.lastIndexOf("@") + 1);
    return pid === undefined ? [] : [{ by, machine, process: Number(pid), since: Date.parse(at) }];
  });
}

/** What is in the way of an update, and what to do when it has died. */
export function lockText(stack: string, locks: readonly UpdateLock[], now: number): string {
  const holders = locks.map(({ by, process: pid, since }) => {
    const minutes = Math.max(0, Math.round((now - since) / 60_000));
    return `${by} (process ${pid}) holds it since ${new Date(since).toISOString().slice(0, 19)}Z, ${minutes} min`;
  });
  const whose = holders.length > 0 ? holders.join("; ") : "Pulumi Cloud's page of the stack says whose";
  return `another update of ${stack} is under way: ${whose}. If it has died: npx pulumi cancel ${stack}`;
}

/** Whether a process of this machine has left the lock behind. Of other machines nobody knows. */
export function isLeft({ machine, process: pid }: UpdateLock): boolean {
  if (machine !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

export interface LockWait {
  stack: string;
  clock: Clock;
  withinMs: number;
  say(line: string): void;
  /** Asks somebody, and takes the lock away if he wants it so. */
  takeAway(question: string, signal: AbortSignal): Promise<void>;
}

/**
 * Does an update when no other one has the stack, and says meanwhile whose that is.
 *
 * @throws {InVain} which says it, too
 */
export async function whenFree(update: () => Promise<unknown>, waiting: LockWait): Promise<void> {
  const { stack, clock, withinMs, say, takeAway } = waiting;
  const over = new AbortController();
  let known = "";
  let inTheWay = "";
  try {
    await waitFor(`another update of ${stack} to end`, { clock, everyMs: 5_000, withinMs }, async () => {
      const refusal = await refusalOf(update);
      if (refusal === undefined) return true;
      const locks = locksIn(refusal);
      inTheWay = lockText(stack, locks, clock.now());
      const now = JSON.stringify(locks);
      if (now === known) return false;
      known = now;
      say(`${inTheWay}. Waiting for it, ${withinMs / 60_000} min at most.`);
      if (locks.length > 0 && locks.every(isLeft)) {
        const question = `No such process is on this machine any more. Take its lock away (pulumi cancel)?`;
        takeAway(question, over.signal).catch((error: Error) => say(error.message));
      }
      return false;
    });
  } catch (error) {
    throw error instanceof InVain ? new InVain(`${error.message}: ${inTheWay}`) : error;
  } finally {
    over.abort();
  }
}

/** What Pulumi says when it doesn't begin since another update has the stack; undefined when it has done its own. */
async function refusalOf(update: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await update();
    return undefined;
  } catch (error) {
    const { stderr = "" } = (error as { commandResult?: { stderr?: string } }).commandResult ?? {};
    if (BUSY.some((each) => stderr.includes(each))) return stderr;
    throw error;
  }
}

/** Source: automation/errors.ts of pulumi/pulumi. */
const BUSY = ["[409] Conflict: Another update is currently in progress.", "the stack is currently locked by"];
