import { ANSWER_COUNTS, ANSWER_METRICS } from "../../../../infra/host/answers/metrics.ts";
import { NO_TALLY } from "../../../core/verdict.ts";
import type { MetricSecond, Way } from "../../platform.ts";
import { WaitingTallies } from "../../waiting-tallies.ts";
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

/**
 * How answers went otherwise than most, how many sessions began, and what those that had begun asked for, as the servers count it all
 * from nginx's log (infra/host/answers/agent.ts).
 */
export const ANSWER_TALLIES: LoggedTallies = {
  namespace: ANSWER_METRICS,
  metrics: {
    ...PAIRS,
    begun: { bad: firstVisits, total: sessions },
    held: { bad: heldRequests, total: answers },
    repeated: { bad: repeatedErrors, total: repeatedRequests },
  },
  kept: ({ begun = NO_TALLY, held = NO_TALLY, repeated = NO_TALLY, ...ways }) => ({
    ways,
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
  const waiting = new WaitingTallies();
  const keyOf = (track: string, epochSecond: number) => `${track} ${Math.floor(epochSecond / period)}`;
  for (const { epochSecond, tracks } of seconds)
    for (const [track, { repeated }] of Object.entries(tracks))
      if (repeated) waiting.add(keyOf(track, epochSecond), repeated);
  return seconds.map((second) => {
    const tracks = Object.entries(second.tracks).map(([track, { repeated: _, ...counts }]) => {
      const repeated = waiting.take(keyOf(track, second.epochSecond), {
        requests: counts.requests,
        bad: counts.errors,
      });
      return [track, { ...counts, ...(repeated && { repeated }) }] as const;
    });
    return { ...second, tracks: Object.fromEntries(tracks) };
  });
}
