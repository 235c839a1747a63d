import { readFileSync, rmSync } from "node:fs";
import { UserError } from "../../../errors.ts";
import { Held } from "../../held.ts";
import type { Lock } from "../../platform.ts";
import { type Holder, holderOf, takeLock } from "../machine/lock-file.ts";

interface Note {
  owner: string;
  /** Epoch milliseconds. */
  since: number;
}

/** How often the holder looks whether the lock is still there. */
const LOOK_EVERY_MS = 500;

/**
 * One controller at a time. On one machine no heartbeat is needed: the process that holds it lives or doesn't, so a killed
 * one's passes on at once. A living one's is lost with the stack: `rehearse down --force` takes it away.
 *
 * @throws {Held} when a living process has it
 */
export function lease(file: string, owner: string): Lock {
  const mine: Note = { owner, since: Date.now() };
  const holder = takeLock(file, mine);
  if (holder) throw new Held(holder.owner, holder.since);
  const isMine = (now: (Holder & Note) | undefined) => now?.pid === process.pid && now.since === mine.since;
  const lost = new AbortController();
  const looking = setInterval(() => {
    if (isGone(file)) lost.abort(new UserError("The stack was taken down: the run has ended with it."));
  }, LOOK_EVERY_MS).unref();
  return {
    lost: lost.signal,
    async release() {
      clearInterval(looking);
      if (isMine(holderOf<Note>(file))) rmSync(file, { force: true });
    },
  };

  /** What can't be read at the moment isn't gone. */
  function isGone(path: string): boolean {
    try {
      return !isMine(JSON.parse(readFileSync(path, "utf8")));
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ENOENT";
    }
  }
}
