import { rmSync } from "node:fs";
import { Busy } from "./errors.ts";
import { takeLock } from "./lock-file.ts";
import type { Place } from "./state.ts";

/**
 * Runs `work` while no other process changes the stack.
 *
 * @throws {Busy} when another process does
 */
export async function locked<T>(place: Place, work: () => Promise<T>): Promise<T> {
  const holder = takeLock(place.lockFile, {});
  if (holder) {
    throw new Busy(
      `Another command (process ${holder.pid}) is changing the stack ${place.stack}. Wait for it to end.`,
    );
  }
  try {
    return await work();
  } finally {
    rmSync(place.lockFile, { force: true });
  }
}
