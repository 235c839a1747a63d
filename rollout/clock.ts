import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import { setTimeout as after } from "node:timers/promises";

export interface Clock {
  /**
   * Milliseconds since the epoch. It never goes back and doesn't leap when somebody sets the machine's clock, so that
   * differences of it are durations.
   */
  now(): number;
  /** @param signal ends it at once: its reason is thrown */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** What {@link goOn} needs to know of a moment. Left out by clocks that are told nothing. */
  mark?(): TimeMark | undefined;
  /**
   * Time goes on from a moment in the past, also one that was kept by a process before this one. Where it was on this
   * machine since it was started, the time between is known, whatever was done to the clock. Otherwise it is that time at least.
   *
   * @param at milliseconds since the epoch
   */
  goOn?(at: number, mark: TimeMark | undefined): void;
}

/** A moment by what nobody can set. */
export interface TimeMark {
  /** Names the machine and its start. */
  boot: string;
  /** Milliseconds since then, also while it was suspended. */
  up: number;
}

/** What a machine knows of the time, each in milliseconds. */
export interface TimeSources {
  /** What the machine takes for the time: people and NTP set it, in both directions. */
  wall(): number;
  /** Runs on evenly while the machine does; from any beginning. */
  running(): number;
  /** The same, also while the machine is suspended. */
  up(): number;
  /** Names the machine and its start; undefined where there is no such name. */
  boot(): string | undefined;
}

/** A machine that was suspended for less than this has lost nothing that matters. */
const SUSPENDED_MS = 1_000;
/** Times of a machine's start are known to some hundredths of a second. */
const PRECISE_MS = 100;

/** The time by which durations are measured: the machine's at the beginning, and what has passed since. */
export class SteadyTime {
  readonly #sources: TimeSources;
  readonly #wall: number;
  readonly #running: number;
  readonly #up: number;
  #suspended = 0;
  #ahead = 0;

  constructor(sources: TimeSources) {
    this.#sources = sources;
    this.#wall = sources.wall();
    this.#running = sources.running();
    this.#up = sources.up();
  }

  now(): number {
    const ran = this.#sources.running() - this.#running;
    // Time in which the machine was suspended has passed.
    const suspended = this.#sources.up() - this.#up - ran;
    if (suspended > this.#suspended + SUSPENDED_MS) this.#suspended = suspended;
    return Math.floor(this.#wall + ran + this.#suspended + this.#ahead);
  }

  mark(): TimeMark | undefined {
    const boot = this.#sources.boot();
    return boot === undefined ? undefined : { boot, up: Math.floor(this.#sources.up()) };
  }

  goOn(at: number, mark: TimeMark | undefined): void {
    const here = this.mark();
    const isKnown = mark && here?.boot === mark.boot && here.up >= mark.up;
    const by = isKnown ? at + here.up - mark.up - this.now() : Math.max(0, at - this.now());
    if (!isKnown || Math.abs(by) > PRECISE_MS) this.#ahead += by;
  }
}

const steady = new SteadyTime({
  wall: Date.now,
  running: () => performance.now(),
  up: () => uptime() * 1000,
  boot: bootId,
});

let boot: string | undefined | null = null;

/** Of the Linux kernel: proc(5). Other systems have none. */
function bootId(): string | undefined {
  if (boot !== null) return boot;
  try {
    boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    boot = undefined;
  }
  return boot;
}

export const systemClock: Clock = {
  now: () => steady.now(),
  mark: () => steady.mark(),
  goOn: (at, mark) => steady.goOn(at, mark),
  async sleep(milliseconds, signal) {
    await after(milliseconds, undefined, { signal }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw error;
    });
  },
};
