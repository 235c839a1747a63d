import { rmSync } from "node:fs";
import { Held } from "../../held.ts";
import type { Lock } from "../../platform.ts";
import { holderOf, takeLock } from "../machine/lock-file.ts";

interface Note {
  owner: string;
  /** Epoch milliseconds. */
  since: number;
}

/**
 * One controller at a time. On one machine no heartbeat is needed: the process that holds it lives or doesn't, so a killed
 * one's passes on at once, and a living one's is never lost.
 *
 * @throws {Held} when a living process has it
 */
export function lease(file: string, owner: string): Lock {
  const mine: Note = { owner, since: Date.now() };
  const holder = takeLock(file, mine);
  if (holder) throw new Held(holder.owner, holder.since);
  return {
    lost: new AbortController().signal,
    async release() {
      const now = holderOf<Note>(file);
      if (now?.pid === process.pid && now.since === mine.since) rmSync(file, { force: true });
    },
  };
}
