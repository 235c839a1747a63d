import type { RolloutState } from "../../core/state.ts";
import { Held } from "../../platforms/held.ts";
import { type ControllerService, serveOnce } from "./serve.ts";

export interface Shift extends Omit<ControllerService, "say" | "signal"> {
  /** Left of the time that whoever drives may last, in milliseconds. */
  remainingMs(): number;
}

/** Left of its time when it gives the lease back: for what it is in the middle of, such as a smoke test. */
const MARGIN_MS = 60_000;
/** More than two signs of life are apart (rollout/platforms/aws/journal/lease.ts): who is silent for so long may be dead. */
const SILENT_MS = 12_000;
/** The next one is there before the first has gone, so that no minute passes in which nobody watches. */
const OVERLAP_MS = 75_000;
const TRY_EVERY_MS = 1_000;

/**
 * Drives what is due for as long as it may, and gives the lease back in time. Where another one drives it ends at once, unless that
 * one is about to go or seems to be gone: then it waits to take its place.
 *
 * @throws what a rollout can't go on by
 */
export async function serveShift({ journal, drive, clock, remainingMs }: Shift): Promise<void> {
  const lastsMs = remainingMs() - MARGIN_MS;
  const isOver = () => remainingMs() < MARGIN_MS;
  const inTime = (leave: (state: RolloutState) => boolean) => drive((state) => isOver() || leave(state));
  while (!isOver()) {
    try {
      await serveOnce({ journal, clock, drive: inTime });
      return;
    } catch (error) {
      if (!(error instanceof Held)) throw error;
      if (!isToGo(error, clock.now() - error.since - lastsMs)) return;
    }
    await clock.sleep(TRY_EVERY_MS);
  }
}

/** Whether who drives is about to go, or seems to be gone. @param overMs since its time was over */
function isToGo({ silentMs }: Held, overMs: number): boolean {
  return silentMs > SILENT_MS || Math.abs(overMs) < OVERLAP_MS;
}
