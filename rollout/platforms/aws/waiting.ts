import type { Clock } from "../../clock.ts";
import { UserError } from "../../errors.ts";

export interface Patience {
  clock: Clock;
  everyMs: number;
  withinMs: number;
}

/** It didn't come to pass in time. */
export class InVain extends UserError {
  override name = "InVain";
}

/**
 * Asks until it is so. An error of the question ends the waiting: what can't be seen isn't waited for.
 *
 * @throws {InVain} when the time is up
 */
export async function until(
  what: string,
  { clock, everyMs, withinMs }: Patience,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const end = clock.now() + withinMs;
  while (!(await isSo())) {
    if (clock.now() + everyMs > end) throw new InVain(`waited ${withinMs / 1000} s for ${what}, in vain`);
    await clock.sleep(everyMs);
  }
}
