import { ANSWER_COUNTS, ANSWER_METRICS } from "../../../../infra/host/answers/metrics.ts";
import type { Tally, Way } from "../../platform.ts";
import type { LoggedTallies } from "./counters.ts";

const { answers, cut, late, firstVisits, sessions, heldRequests, ...clients } = ANSWER_COUNTS;

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
  },
  kept: ({ begun = NONE, held = NONE }) => ({
    sessions: { first: begun.bad, again: begun.total - begun.bad, held: held.bad },
  }),
};
