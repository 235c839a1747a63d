/** Whoever runs this process wants it to end. */
export interface Ending {
  /** Once, with the first signal. */
  asked: AbortSignal;
  /** With the second: at once, whatever is left half done. */
  insisted: AbortSignal;
}

/** 128 and the signal's number, as shells have it. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const under = new Set<{ asked: AbortController; insisted: AbortController; over: Promise<void> }>();

/**
 * Does what must come to its own end, such as an update that has a lock. A signal that would end this process asks it to
 * end, and ends the process afterwards: what waits for the work never goes on then.
 *
 * @param work hears of it; another process, so it should be in a group of its own, for the terminal signals whole groups
 */
export async function unbroken<T>(work: (ending: Ending) => Promise<T>): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const each = { asked: new AbortController(), insisted: new AbortController(), over: promise };
  under.add(each);
  if (under.size === 1) for (const signal of names) process.on(signal, leave);
  try {
    return await work({ asked: each.asked.signal, insisted: each.insisted.signal });
  } finally {
    resolve();
    // The process ends in a moment. Who waits here would take the work for failed.
    if (each.asked.signal.aborted) await new Promise(() => {});
    under.delete(each);
    if (under.size === 0) for (const signal of names) process.off(signal, leave);
  }
}

/** Whether a signal is waited with: who hears one, too, needn't end the process. */
export function isUnbroken(): boolean {
  return under.size > 0;
}

const names = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];

async function leave(signal: keyof typeof SIGNALS): Promise<void> {
  const all = [...under];
  for (const { asked, insisted } of all) (asked.signal.aborted ? insisted : asked).abort();
  await Promise.all(all.map(({ over }) => over));
  process.exit(SIGNALS[signal]);
}
