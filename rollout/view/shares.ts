import { type MetricSecond, NO_SESSIONS, type SessionCounts } from "../core/verdict.ts";
import { shareOf, type Weights } from "../core/weights.ts";

/** Parts of a whole by track, each from 0 to 1. */
export type Parts = Readonly<Record<string, number>>;

/** How users are spread over the tracks beside what is asked. Undefined: there was nothing to count. */
export interface TrafficShares {
  /** The sessions that have begun since the split is what it is, and how many those are. */
  begun: Parts | undefined;
  sessions: number;
  /** What those ask for that have a session, new or old: where the users are. */
  active: Parts | undefined;
  /** All requests, also of clients that keep no cookies. */
  requests: Parts | undefined;
  /**
   * By how many points of a hundred the candidate has less than is asked, of what sessions ask for or else of all requests; below
   * zero where it has more.
   */
  lag: number | undefined;
}

/**
 * @param since the seconds of the present split
 * @param window the seconds that say what is now
 */
export function trafficShares(
  since: readonly MetricSecond[],
  window: readonly MetricSecond[],
  candidate: string,
  asked: Weights,
): TrafficShares {
  const begunBy = summed(since, ({ sessions }) => begunIn(sessions));
  const sessions = total(begunBy);
  const active = partsOf(summed(window, ({ sessions }) => begunIn(sessions) + (sessions?.held ?? 0)));
  const requests = partsOf(summed(window, (counts) => counts.requests));
  const real = active ?? requests;
  const lag = real && shareOf(asked, candidate) - Math.round(100 * (real[candidate] ?? 0));
  return { begun: partsOf(begunBy), sessions, active, requests, lag };
}

/** Sessions that began, of browsers that came for the first time and of others. */
export function begunIn({ first, again }: SessionCounts = NO_SESSIONS): number {
  return first + again;
}

type Counts = MetricSecond["tracks"][string];

function summed(seconds: readonly MetricSecond[], of: (counts: Counts) => number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { tracks } of seconds)
    for (const [track, counts] of Object.entries(tracks)) sums[track] = (sums[track] ?? 0) + of(counts);
  return sums;
}

function partsOf(sums: Readonly<Record<string, number>>): Parts | undefined {
  const all = total(sums);
  if (all === 0) return undefined;
  return Object.fromEntries(Object.entries(sums).map(([track, count]) => [track, count / all]));
}

function total(sums: Readonly<Record<string, number>>): number {
  return Object.values(sums).reduce((sum, count) => sum + count, 0);
}
