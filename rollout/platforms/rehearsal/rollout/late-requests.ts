import type { WaitingRequest } from "../balancer/waiting.ts";

/** HAProxy tells whole seconds. */
const ROUNDED_MS = 1_000;

/**
 * Which requests have come to wait for longer than a limit. HAProxy tells how old one is, and not since when it waits for an
 * answer: before that a client may have sent for long, and a WebSocket that is being closed looks like a request whose answer has
 * begun. So who was there at the last look, and didn't wait, waits since then at the earliest.
 */
export class LateRequests {
  readonly #limitMs: number;
  /** Since when each waits, in milliseconds; no longer kept once it has gone. */
  #since = new Map<string, number>();
  #told = new Set<string>();
  #looked = Number.NEGATIVE_INFINITY;

  /** @param limitSeconds who waits for so long is late */
  constructor(limitSeconds: number) {
    this.#limitMs = limitSeconds * 1000;
  }

  /**
   * @param now milliseconds of a clock that nobody sets
   * @returns the tracks of those that are late now; each is told once
   */
  take(waiting: readonly WaitingRequest[], now: number): string[] {
    const since = new Map(waiting.map((each) => [each.id, this.#sinceOf(each, now)]));
    const late = waiting.filter(({ id }) => now - (since.get(id) ?? now) >= this.#limitMs);
    const newly = late.filter(({ id }) => !this.#told.has(id));
    this.#since = since;
    this.#told = new Set(late.map(({ id }) => id));
    this.#looked = now;
    return newly.map(({ track }) => track);
  }

  #sinceOf({ id, seconds }: WaitingRequest, now: number): number {
    const came = now - seconds * 1000;
    const before = this.#since.get(id);
    // A name is given anew when its request has gone.
    if (before !== undefined && came <= before + ROUNDED_MS) return before;
    return came + ROUNDED_MS >= this.#looked ? came : now;
  }
}
