import { ANSWER_COUNTS, ANSWER_METRICS } from "../../../../infra/host/answers/metrics.ts";
import type { MetricSecond, Tally, TrackCounts, Way } from "../../platform.ts";
import type { LoggedTallies } from "./counters.ts";

const {
  answers,
  cut,
  late,
  firstVisits,
  sessions,
  heldRequests,
  repeatedRequests,
  repeatedErrors,
  ...clients
} = ANSWER_COUNTS;

const PAIRS: Record<Way, { bad: string; total: string }> = {
  "3xx": { bad: clients.clients3xx, total: clients.clientsOf3xx },
  "4xx": { bad: clients.clients4xx, total: clients.clientsOf4xx },
  unfinished: { bad: late, total: answers },
  cut: { bad: cut, total: answers },
};

const NONE: Tally = { bad: 0, total: 0 };

/** How answers went otherwise than most, as the servers count them from nginx's log (infra/host/answers/agent.ts). */
export const ANSWER_WAYS: LoggedTallies = {
  namespace: ANSWER_METRICS,
  metrics: PAIRS,
  kept: (ways) => ({ ways }),
};

/** How many sessions began, and what those that had begun asked for, counted the same way. */
export const SESSION_TALLIES: LoggedTallies = {
  namespace: ANSWER_METRICS,
  metrics: {
    begun: { bad: firstVisits, total: sessions },
    held: { bad: heldRequests, total: answers },
    repeated: { bad: repeatedErrors, total: repeatedRequests },
  },
  kept: ({ begun = NONE, held = NONE, repeated = NONE }) => ({
    sessions: { first: begun.bad, again: begun.total - begun.bad, held: held.bad },
    ...(repeated.total > 0 && { repeated }),
  }),
};

/**
 * Puts what sessions repeat into the seconds in which their period's requests and errors are: each is spread by itself, and what is
 * repeated is a part of both.
 *
 * @param period in seconds
 */
export function withRepeatsPlaced(seconds: readonly MetricSecond[], period: number): MetricSecond[] {
  const waiting = new Map<string, Tally>();
  const keyOf = (track: string, epochSecond: number) => `${track} ${Math.floor(epochSecond / period)}`;
  for (const { epochSecond, tracks } of seconds)
    for (const [track, { repeated }] of Object.entries(tracks)) {
      const { bad, total } = waiting.get(keyOf(track, epochSecond)) ?? NONE;
      if (repeated)
        waiting.set(keyOf(track, epochSecond), { bad: bad + repeated.bad, total: total + repeated.total });
    }
  const placed = (
    track: string,
    { repeated: _, ...counts }: TrackCounts,
    epochSecond: number,
  ): TrackCounts => {
    const left = waiting.get(keyOf(track, epochSecond));
    if (!left) return counts;
    const repeated = { bad: Math.min(left.bad, counts.errors), total: Math.min(left.total, counts.requests) };
    waiting.set(keyOf(track, epochSecond), {
      bad: left.bad - repeated.bad,
      total: left.total - repeated.total,
    });
    return { ...counts, repeated };
  };
  return seconds.map((second) => ({
    ...second,
    tracks: Object.fromEntries(
      Object.entries(second.tracks).map(([track, counts]) => [
        track,
        placed(track, counts, second.epochSecond),
      ]),
    ),
  }));
}
