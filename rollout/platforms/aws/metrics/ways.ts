import { ANSWER_COUNTS, ANSWER_METRICS } from "../../../../infra/host/answers/metrics.ts";
import type { Way } from "../../platform.ts";
import type { LoggedTallies } from "./counters.ts";

const { answers, cut, late, ...clients } = ANSWER_COUNTS;

const PAIRS: Record<Way, { bad: string; total: string }> = {
  "3xx": { bad: clients.clients3xx, total: clients.clientsOf3xx },
  "4xx": { bad: clients.clients4xx, total: clients.clientsOf4xx },
  unfinished: { bad: late, total: answers },
  cut: { bad: cut, total: answers },
};

/** How answers went otherwise than most, as the servers count them from nginx's log (infra/host/answers/agent.ts). */
export const ANSWER_WAYS: LoggedTallies = { namespace: ANSWER_METRICS, metrics: PAIRS, as: "ways" };
