import { addTally, NO_TALLY, type Tally } from "../core/verdict.ts";

/**
 * What is a part of requests and bad ones that are counted elsewhere, and perhaps a second earlier or later: it waits for the
 * seconds in which there are as many.
 */
export class WaitingTallies {
  readonly #waiting = new Map<string, Tally>();

  add(of: string, tally: Tally): void {
    this.#waiting.set(of, addTally(this.#waiting.get(of) ?? NO_TALLY, tally));
  }

  /** As much as fits into a second. @returns undefined when nothing ever waited */
  take(of: string, there: { requests: number; bad: number }): Tally | undefined {
    const waiting = this.#waiting.get(of);
    if (!waiting) return undefined;
    const taken = { bad: Math.min(waiting.bad, there.bad), total: Math.min(waiting.total, there.requests) };
    this.#waiting.set(of, { bad: waiting.bad - taken.bad, total: waiting.total - taken.total });
    return taken;
  }
}
