import { counters } from "../balancer/stats.ts";
import { waitingAt } from "../balancer/waiting.ts";
import { EventStreams } from "./event-streams.ts";
import { LateRequests } from "./late-requests.ts";

export interface Answered {
  requests: number;
  errors: number;
  /** How many came to wait beyond the limit: some paths answer late, so this says something only beside the other track's. */
  unfinished: number;
  /** How many answers a server broke off. */
  cut: number;
}

/**
 * What the balancer has answered since it was last asked, by track, from HAProxy's counters. They count what clients saw,
 * so also the 502 and 503 of a track whose servers are gone, which no server's log has.
 */
export class BalancerCounts {
  readonly #socket: string;
  #before: { pid: number; tracks: Record<string, Omit<Answered, "unfinished">> } | undefined;

  readonly #late: LateRequests;
  readonly #streams: EventStreams | undefined;

  /**
   * @param slowMs what waits longer is late, in milliseconds
   * @param logs the folder of the servers' logs, which say what is an event stream and isn't to end
   */
  constructor(socket: string, slowMs = 1_000, logs?: string) {
    this.#socket = socket;
    // HAProxy tells whole seconds, of which the first may have been half a one.
    const lateSeconds = Math.ceil(slowMs / 1000) + 1;
    this.#late = new LateRequests(lateSeconds);
    this.#streams = logs === undefined ? undefined : new EventStreams(logs, lateSeconds);
  }

  /**
   * @returns undefined the first time: there is nothing yet to compare with
   * @throws {RehearsalError} when the balancer doesn't answer
   */
  async take(): Promise<Record<string, Answered> | undefined> {
    const [{ pid, tracks }, waiting] = [await counters(this.#socket), await waitingAt(this.#socket)];
    const late = this.#late.take(waiting, performance.now());
    const now = Object.fromEntries(
      Object.entries(tracks).map(([track, { http2xx, http3xx, http4xx, http5xx, cut }]) => [
        track,
        // Answers, not requests: one that is under way is neither good nor bad yet.
        { requests: http2xx + http3xx + http4xx + http5xx, errors: http5xx, cut },
      ]),
    );
    const before = this.#before;
    this.#before = { pid, tracks: now };
    if (!before) return undefined;
    this.#streams?.read();
    // A reload makes a new process, which counts from zero.
    const base = before.pid === pid ? before.tracks : {};
    return Object.fromEntries(
      Object.entries(now).map(([track, { requests, errors, cut }]) => [
        track,
        {
          requests: requests - (base[track]?.requests ?? 0),
          errors: errors - (base[track]?.errors ?? 0),
          unfinished: this.#unfinished(track, late),
          cut: cut - (base[track]?.cut ?? 0),
        },
      ]),
    );
  }

  #unfinished(track: string, late: readonly string[]): number {
    const answers = late.filter((each) => each === track).length;
    return answers - (this.#streams?.take(track, answers) ?? 0);
  }
}
