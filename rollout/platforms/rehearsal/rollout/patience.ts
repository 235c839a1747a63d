import { setTimeout as sleep } from "node:timers/promises";
import { Busy, RehearsalError } from "../machine/errors.ts";

/**
 * Does what changes the stack as soon as no other command is changing it: a rollout doesn't fail because somebody had
 * `rehearse apply` running.
 */
export async function whenFree<T>(work: () => Promise<T>, deadlineMs = 60_000): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Busy) || Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

/** @throws {RehearsalError} with `what` when it isn't so in time */
export async function until(what: string, so: () => Promise<boolean>, deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await so())) {
    if (Date.now() > deadline) throw new RehearsalError(`${what}: not within ${deadlineMs / 1000} s`);
    await sleep(100);
  }
}
