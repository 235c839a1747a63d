import { monitorEventLoopDelay } from "node:perf_hooks";
import type pg from "pg";
import { type Level, StressLevel } from "./stress-level.ts";

/** How full the server is, each 1 when it can't take more. */
export interface Saturation {
  /** Requests that are being answered, of those that the server is made for. */
  inFlight: number;
  /** How late the event loop comes to its work: 250 ms on average is full, for then no answer is quick any more. */
  eventLoop: number;
  /** Connections to the database: all busy is half, as many requests waiting for one again is full. */
  pool: number;
}

export interface StressReport extends Saturation {
  /** The fullest of these, smoothed. */
  value: number;
  level: Level;
}

const SAMPLE_MS = 500;
/** Of the new sample in the smoothed value: a lasting overload shows in two seconds, a single slow moment doesn't. */
const WEIGHT = 0.5;
const LOOP_FULL_MS = 250;
/** The histogram measures the time between two ticks; this much of it is the tick itself. */
const TICK_MS = 20;

export type PoolView = Pick<pg.Pool, "totalCount" | "idleCount" | "waitingCount"> & {
  options: { max: number };
};

/** The server's own view of its stress, from what it sees of itself. */
export class Stress {
  #inFlight = 0;
  #value = 0;
  #parts: Saturation = { inFlight: 0, eventLoop: 0, pool: 0 };
  readonly #mostInFlight: number;
  readonly #pool: PoolView;
  readonly #level: StressLevel;
  readonly #loop = monitorEventLoopDelay({ resolution: TICK_MS });

  constructor(mostInFlight: number, pool: PoolView, holdMs: number) {
    this.#mostInFlight = mostInFlight;
    this.#pool = pool;
    this.#level = new StressLevel(holdMs);
  }

  /** Samples twice a second, for as long as the process lives. @param changed told each new level */
  watch(changed: (report: StressReport) => void): void {
    this.#loop.enable();
    setInterval(() => {
      const before = this.level;
      const loopMs = Math.max(0, this.#loop.mean / 1e6 - TICK_MS) || 0;
      this.#loop.reset();
      this.sample(loopMs, performance.now());
      if (this.level !== before) changed(this.report());
    }, SAMPLE_MS).unref();
  }

  sample(loopMs: number, nowMs: number): void {
    const { totalCount, idleCount, waitingCount, options } = this.#pool;
    this.#parts = {
      inFlight: this.#inFlight / this.#mostInFlight,
      eventLoop: loopMs / LOOP_FULL_MS,
      pool: (totalCount - idleCount + waitingCount) / (2 * options.max),
    };
    // More than full is full: a burst must not take long to be forgotten.
    const now = Math.min(1, Math.max(...Object.values(this.#parts)));
    this.#value += WEIGHT * (now - this.#value);
    this.#level.observe(this.#value, nowMs);
  }

  get level(): Level {
    return this.#level.level;
  }

  /** Counts a request as in flight until the work is done. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#inFlight += 1;
    try {
      return await work();
    } finally {
      this.#inFlight -= 1;
    }
  }

  report(): StressReport {
    const { inFlight, eventLoop, pool } = this.#parts;
    return {
      value: rounded(this.#value),
      level: this.level,
      inFlight: rounded(inFlight),
      eventLoop: rounded(eventLoop),
      pool: rounded(pool),
    };
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
