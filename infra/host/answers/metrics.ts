/**
 * What a server counts of its answers, for the gates, with the dimensions `Stack` and `Track`: how many there were, how many
 * clients were sent elsewhere (3xx) or refused (4xx) of those that asked, how many answers were late and how many cut. And how
 * many sessions began there, how many of them of browsers that hadn't been here before, and the requests of those that had begun;
 * and of these the requests of whoever had an error before, and how many failed again.
 */
export const ANSWER_METRICS = "Rollout/Answers";

export const ANSWER_COUNTS = {
  answers: "Answers",
  clients3xx: "Clients3xx",
  clientsOf3xx: "ClientsOf3xx",
  clients4xx: "Clients4xx",
  clientsOf4xx: "ClientsOf4xx",
  late: "Late",
  cut: "Cut",
  /** Left out where they are none: ../../sessions/visits.ts. */
  firstVisits: "FirstVisits",
  sessions: "Sessions",
  heldRequests: "HeldRequests",
  repeatedRequests: "RepeatedRequests",
  repeatedErrors: "RepeatedErrors",
} as const;
