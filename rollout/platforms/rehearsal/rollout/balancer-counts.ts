import { counters } from "../balancer/stats.ts";

export interface Answered {
  requests: number;
  errors: number;
}

/**
 * What the balancer has answered since it was last asked, by track, from HAProxy's counters. They count what clients saw,
 * so also the 502 and 503 of a track whose servers are gone, which no server's log has.
 */
export class BalancerCounts {
  readonly #socket: string;
  #before: { pid: number; tracks: Record<string, Answered> } | undefined;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /**
   * @returns undefined the first time: there is nothing yet to compare with
   * @throws {RehearsalError} when the balancer doesn't answer
   */
  async take(): Promise<Record<string, Answered> | undefined> {
    const { pid, tracks } = await counters(this.#socket);
    const now = Object.fromEntries(
      Object.entries(tracks).map(([track, { http2xx, http3xx, http4xx, http5xx }]) => [
        track,
        // Answers, not requests: one that is under way is neither good nor bad yet.
        { requests: http2xx + http3xx + http4xx + http5xx, errors: http5xx },
      ]),
    );
    const before = this.#before;
    this.#before = { pid, tracks: now };
    if (!before) return undefined;
    // A reload makes a new process, which counts from zero.
    const base = before.pid === pid ? before.tracks : {};
    return Object.fromEntries(
      Object.entries(now).map(([track, { requests, errors }]) => [
        track,
        {
          requests: requests - (base[track]?.requests ?? 0),
          errors: errors - (base[track]?.errors ?? 0),
        },
      ]),
    );
  }
}
