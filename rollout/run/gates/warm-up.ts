import { lessTimes } from "../../analysis/latency/times.ts";
import {
  addServer,
  lessTally,
  type MetricSecond,
  NO_TALLY,
  type ServerCounts,
  type TrackCounts,
} from "../../core/verdict.ts";

/** Which of a track's answers an indicator takes, where the platform tells servers apart; left out: all. */
export type Warming = "left out" | "alone";

/** A track's second, by what is taken of it. */
export interface Parted {
  all: TrackCounts | undefined;
  /** Without the slow answers of servers that were warming up. */
  warm: TrackCounts | undefined;
  /** Of each server whose warm-up has just ended, all that it answered in it. */
  warmedUp: TrackCounts | undefined;
}

export function seenBy(
  warming: Warming | undefined,
  { all, warm, warmedUp }: Parted,
): TrackCounts | undefined {
  if (warming === undefined) return all;
  return warming === "left out" ? warm : warmedUp;
}

interface Start extends ServerCounts {
  track: string;
}

/**
 * Tells what servers answer while they warm up from the rest. A server warms up from its first request on, also one that
 * comes later or takes another's place; the candidate's first ones from the first step on, however long they waited for it. A
 * server that begins to warm up anew has another name: who restarts an app again and again is forgiven nothing.
 *
 * Only slowness is forgiven. A server that is ready may be slow at first, but what it answers is right from its first request on.
 */
export class WarmUp {
  readonly #seconds: number;
  /** Those that warm up, by track, name and beginning. */
  readonly #starting = new Map<string, Start>();

  /** @param seconds how long it lasts */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /**
   * Takes in a second, which is later than the one before.
   *
   * @param firstStep when the candidate got its first traffic, in seconds since the epoch
   */
  take(
    { epochSecond, tracks }: MetricSecond,
    candidate: string,
    firstStep: number,
  ): (track: string) => Parted {
    const warm = Object.entries(tracks).map(([track, counts]) => {
      const earliest = track === candidate ? firstStep : 0;
      return [track, this.#withoutStarts(track, counts, epochSecond, earliest)] as const;
    });
    const seconds = Object.fromEntries(warm);
    const ended = this.#ended(epochSecond);
    return (track) => ({ all: tracks[track], warm: seconds[track], warmedUp: ended[track] });
  }

  #withoutStarts(track: string, counts: TrackCounts, now: number, earliest: number): TrackCounts {
    let cold: ServerCounts = { began: 0, requests: 0, slow: 0 };
    for (const [name, counted] of Object.entries(counts.servers ?? {})) {
      const from = Math.max(counted.began, earliest);
      if (now < from || now >= from + this.#seconds) continue;
      cold = addServer(cold, counted);
      const { requests, slow } = counted;
      const key = `${track} ${name} ${from}`;
      const known = this.#starting.get(key) ?? { track, began: from, requests: 0, slow: 0 };
      known.requests += requests;
      known.slow += slow;
      this.#starting.set(key, known);
    }
    return cold.requests === 0 ? counts : less(counts, cold);
  }

  #ended(now: number): Record<string, TrackCounts> {
    const ended: Record<string, TrackCounts> = {};
    for (const [key, { track, began, requests, slow }] of this.#starting) {
      if (now < began + this.#seconds) continue;
      this.#starting.delete(key);
      const { requests: others = 0, slow: slowOthers = 0 } = ended[track] ?? {};
      ended[track] = { requests: others + requests, errors: 0, slow: slowOthers + slow };
    }
    return ended;
  }
}

/** Who waits beyond the limit is slow, too, and comes among all that is answered by servers that are warm. */
function less(counts: TrackCounts, cold: ServerCounts): TrackCounts {
  const asked = { bad: cold.slow, total: cold.requests };
  const { bad: slow, total: requests } = lessTally({ bad: counts.slow, total: counts.requests }, asked);
  const warm = {
    ...{ ...counts, requests, slow },
    ...(counts.times && { times: lessTimes(counts.times, cold.times) }),
    ...(counts.repeatedSlow && { repeatedSlow: lessTally(counts.repeatedSlow, cold.repeatedSlow) }),
    ...(counts.slowSessions && { slowSessions: lessTally(counts.slowSessions, cold.slowSessions) }),
  };
  const { unfinished, ...ways } = counts.ways ?? {};
  if (!unfinished) return warm;
  const waiting = requests === 0 ? NO_TALLY : lessTally(unfinished, asked);
  return { ...warm, ways: { ...ways, unfinished: waiting } };
}
