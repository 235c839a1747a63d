import type { Clock } from "../../../rollout/clock.ts";

interface Due {
  at: number;
  go(): void;
  /** Somebody waits for it; else it is a tick that comes round for ever. */
  awaited: boolean;
}

/**
 * A clock for many who act at once. It stands still while anybody acts, and jumps to what is due next when all sleep or wait
 * for each other. So a step may do real I/O between two sleeps, and takes no time by this clock.
 */
export class Timeline implements Clock {
  readonly #due: Due[] = [];
  #now: number;
  #acting = 0;
  #failed: ((error: Error) => void) | undefined;

  /** @param start milliseconds since the epoch */
  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Only within what {@link go} began. */
  async sleep(milliseconds: number): Promise<void> {
    await this.wait(
      new Promise<void>((go) => this.#put({ at: this.#now + Math.max(0, milliseconds), go, awaited: true })),
    );
  }

  /** Waits for what others bring about, so that time may go on meanwhile. Only within what {@link go} began. */
  async wait<T>(others: Promise<T>): Promise<T> {
    this.#leave();
    try {
      return await others;
    } finally {
      this.#acting += 1;
    }
  }

  /** Begins something beside all else. */
  async go<T>(act: () => Promise<T>): Promise<T> {
    this.#acting += 1;
    try {
      return await act();
    } finally {
      this.#leave();
    }
  }

  /** All there is to tell, from its beginning to its end. @throws when everybody waits for what never happens */
  play<T>(story: () => Promise<T>): Promise<T> {
    return new Promise((done, failed) => {
      this.#failed = failed;
      this.go(story).then(done, failed);
    });
  }

  /** Something that comes round for ever. */
  every(milliseconds: number, tick: () => void): void {
    const go = () => {
      tick();
      this.#put({ at: this.#now + milliseconds, go, awaited: false });
    };
    this.#put({ at: this.#now + milliseconds, go, awaited: false });
  }

  #put(due: Due): void {
    const next = this.#due.findIndex(({ at }) => at > due.at);
    this.#due.splice(next < 0 ? this.#due.length : next, 0, due);
  }

  #leave(): void {
    this.#acting -= 1;
    // Whoever waits for what was just done goes on first.
    if (this.#acting === 0) setImmediate(() => this.#jump());
  }

  #jump(): void {
    try {
      while (this.#acting === 0) {
        if (!this.#due.some(({ awaited }) => awaited))
          throw new Error("everybody waits for what never happens");
        const next = this.#due.shift()!;
        this.#now = Math.max(this.#now, next.at);
        next.go();
        if (next.awaited) {
          // It acts once its promise has been heard of.
          setImmediate(() => this.#jump());
          return;
        }
      }
    } catch (error) {
      this.#failed?.(error as Error);
    }
  }
}
