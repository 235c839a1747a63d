import { type Clock, systemClock } from "./clock.ts";
import { UserError } from "./errors.ts";

/** How somebody waits. */
export interface Patience {
  /** Milliseconds from one look to the next. Of two figures: the pause grows from the one to the other. */
  everyMs: number | readonly [shortest: number, longest: number];
  /** After this no more is waited, in milliseconds; one look is taken even with 0. */
  withinMs: number;
  /** The real one unless a test has another. */
  clock?: Clock;
  /** Ends the waiting: its reason is thrown. */
  signal?: AbortSignal | undefined;
}

const GROWTH = 1.3;

/**
 * Looks until it is so.
 *
 * @param isSo a throw ends the waiting: what can't be seen isn't waited for
 * @returns whether it came about in time
 */
export async function until(patience: Patience, isSo: () => Promise<boolean> | boolean): Promise<boolean> {
  const { everyMs, withinMs, clock = systemClock, signal } = patience;
  let [pause, longest] = typeof everyMs === "number" ? [everyMs, everyMs] : everyMs;
  for (const end = clock.now() + withinMs; ; pause = Math.min(pause * GROWTH, longest)) {
    signal?.throwIfAborted();
    if (await isSo()) return true;
    const left = end - clock.now();
    if (left <= 0) return false;
    await clock.sleep(Math.min(pause, left), signal);
  }
}

/**
 * Looks until it is so, as {@link until}; a look that fails in a way that users may meet has seen nothing, and the next one
 * may: what is waited for isn't lost by one question without an answer.
 *
 * @throws what the last look failed with, when the time is up; anything but a {@link UserError} at once
 */
export async function untilSeen(patience: Patience, isSo: () => Promise<boolean>): Promise<boolean> {
  let failed: UserError | undefined;
  const look = async () => {
    failed = undefined;
    try {
      return await isSo();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failed = error;
      return false;
    }
  };
  if (await until(patience, look)) return true;
  if (failed) throw failed;
  return false;
}

/** It didn't come to pass in time. */
export class InVain extends UserError {
  override name = "InVain";
}

/**
 * Looks until it is so, as {@link until}.
 *
 * @param what for the message: waited for what
 * @throws {InVain} when the time is up
 */
export async function waitFor(
  what: string,
  patience: Patience,
  isSo: () => Promise<boolean> | boolean,
): Promise<void> {
  if (!(await until(patience, isSo)))
    throw new InVain(`waited ${patience.withinMs / 1000} s for ${what}, in vain`);
}

/**
 * Does something again for as long as it fails in a way that passes by itself.
 *
 * @throws what it failed with when that doesn't pass, or the time is up
 */
export async function retried<T>(
  patience: Patience,
  passes: (error: unknown) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  let last: { failed: unknown } | { done: T } | undefined;
  await until(patience, async () => {
    last = await work().then(
      (done) => ({ done }),
      (failed: unknown) => ({ failed }),
    );
    return "done" in last || !passes(last.failed);
  });
  if (last && "done" in last) return last.done;
  throw last?.failed;
}
