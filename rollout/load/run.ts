import { setTimeout as sleep } from "node:timers/promises";
import { type LoadOptions, type LoadResult, type RunningLoad, startLoad } from "./load.ts";
import type { Client } from "./requests/client.ts";

export interface TimedLoadOptions extends LoadOptions {
  /** How long, unless the signal ends it earlier. */
  seconds?: number;
  signal?: AbortSignal;
  /** Called about once a second. */
  onTick?: (progress: ReturnType<RunningLoad["progress"]>) => void;
}

/** Runs a load for some time: `seconds`, or until the signal, whichever comes first. */
export async function runLoad(options: TimedLoadOptions, client?: Client): Promise<LoadResult> {
  const { seconds = Number.POSITIVE_INFINITY, signal, onTick } = options;
  if (seconds === Number.POSITIVE_INFINITY && !signal)
    throw new RangeError("seconds or a signal must be given");
  const load = startLoad(options, "load", client);
  const end = performance.now() + seconds * 1000;
  // To the very end, though a timer may wake up early: what is due in the last millisecond is a part of the load.
  while (performance.now() < end && !signal?.aborted) {
    await sleep(Math.min(1000, Math.max(1, end - performance.now())), undefined, { signal }).catch(
      () => undefined,
    );
    onTick?.(load.progress());
  }
  return load.stop();
}
