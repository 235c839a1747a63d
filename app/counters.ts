import { embeddedLine } from "./embedded.ts";

/** What the service counts of its business. `QuotesFailed` is how many of `QuotesAsked` got no quote, for whatever reason. */
export const counted = ["QuotesAsked", "QuotesFailed"] as const;
export type Counted = (typeof counted)[number];

/**
 * Counts what happens and writes the counts to the log, a line for each second in which anything did, with the stack and
 * the track as the metrics' dimensions (see embedded.ts).
 */
export class Counters {
  readonly #dimensions: { Stack: string; Track: string };
  readonly #write: (line: string) => void;
  #counts = nothing();
  #timer: NodeJS.Timeout | undefined;

  constructor({ stack, track }: { stack: string; track: string }, write = writeOut) {
    this.#dimensions = { Stack: stack, Track: track };
    this.#write = write;
  }

  add(name: Counted): void {
    this.#counts[name] += 1;
    // At the end of this second; it doesn't keep the process alive.
    this.#timer ??= setTimeout(() => this.flush(), 1000 - (Date.now() % 1000)).unref();
  }

  /** Writes what isn't written yet: also for the last time, when the service ends. */
  flush(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counts = this.#counts;
    this.#counts = nothing();
    // Timers are late at times, never early by more than a millisecond: this is in the second that was counted.
    const now = Date.now() - 2;
    this.#write(embeddedLine(now, this.#dimensions, counts));
  }
}

function nothing(): Record<Counted, number> {
  return { QuotesAsked: 0, QuotesFailed: 0 };
}

function writeOut(line: string): void {
  process.stdout.write(`${line}\n`);
}
