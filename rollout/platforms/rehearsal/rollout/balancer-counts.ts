import { counters } from "../balancer/stats.ts";
import { type WaitingRequest, waitingAt } from "../balancer/waiting.ts";

export interface Answered {
  requests: number;
  errors: number;
  /** Of the errors and of these, how many waited beyond the limit, and how many answers were cut. */
  unfinished: number;
  cut: number;
}

/** Nobody waits so long for an answer's first byte: it is a failure, whoever gives up in the end. In seconds. */
const HANGS_SECONDS = 10;

/**
 * What the balancer has answered since it was last asked, by track, from HAProxy's counters. They count what clients saw,
 * so also the 502 and 503 of a track whose servers are gone, which no server's log has.
 */
export class BalancerCounts {
  readonly #socket: string;
  #before: { pid: number; tracks: Record<string, Omit<Answered, "unfinished">> } | undefined;

  readonly #slowSeconds: number;
  #late = new Set<string>();
  #hung = new Set<string>();

  /** @param slowMs what waits longer is late, in milliseconds */
  constructor(socket: string, slowMs = 1_000) {
    this.#socket = socket;
    // HAProxy tells whole seconds, of which the first may have been half a one.
    this.#slowSeconds = Math.ceil(slowMs / 1000) + 1;
  }

  /**
   * @returns undefined the first time: there is nothing yet to compare with
   * @throws {RehearsalError} when the balancer doesn't answer
   */
  async take(): Promise<Record<string, Answered> | undefined> {
    const [{ pid, tracks }, waiting] = [await counters(this.#socket), await waitingAt(this.#socket)];
    const late = this.#news(
      "late",
      waiting.filter(({ seconds }) => seconds >= this.#slowSeconds),
    );
    const hung = this.#news(
      "hung",
      waiting.filter(({ seconds, begun }) => !begun && seconds >= HANGS_SECONDS),
    );
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
    // A reload makes a new process, which counts from zero.
    const base = before.pid === pid ? before.tracks : {};
    return Object.fromEntries(
      Object.entries(now).map(([track, { requests, errors, cut }]) => {
        const hanging = hung.filter((each) => each === track).length;
        return [
          track,
          {
            requests: requests - (base[track]?.requests ?? 0) + hanging,
            errors: errors - (base[track]?.errors ?? 0) + hanging,
            unfinished: late.filter((each) => each === track).length,
            cut: cut - (base[track]?.cut ?? 0),
          },
        ];
      }),
    );
  }

  /** The tracks of those that weren't so the last time: each is counted once. */
  #news(what: "late" | "hung", now: readonly WaitingRequest[]): string[] {
    const before = what === "late" ? this.#late : this.#hung;
    const ids = new Set(now.map(({ id }) => id));
    if (what === "late") this.#late = ids;
    else this.#hung = ids;
    return now.filter(({ id }) => !before.has(id)).map(({ track }) => track);
  }
}
