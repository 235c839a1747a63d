/**
 * What a server counts of its answers, for the gates, with the dimensions `Stack` and `Track`: how many there were, how many
 * clients were sent elsewhere (3xx) or refused (4xx) of those that asked, how many answers were late and how many cut. And how
 * many sessions began there, how many of them of browsers that hadn't been here before, and the requests of those that had begun;
 * and of these the requests of whoever had an error before, and how many failed again.
 */
export const ANSWER_METRICS = "Rollout/Answers";

/** A line of what a server counts by the second (agent.ts). Seconds since the epoch. */
export interface ServerLine {
  /** All seconds from here on, and before `through`, have been told; without answers a second may be missing. */
  from: number;
  through: number;
  /** When it answered its first request of a user; null: it has had none. */
  began: number | null;
  /** Also earlier ones, where a line of nginx's came late. */
  seconds: Readonly<Record<string, ServerSecond>>;
  /** It counts no more: the server leaves. */
  ended?: true;
}

export interface ServerSecond {
  all: number;
  /** With a status of 500 or more. */
  bad: number;
  /** How many answers took how long, in milliseconds, rounded up to two digits; left out: whose client had left. */
  times: Readonly<Record<string, number>>;
  /** Requests of clients that had no bad one here for ten minutes, and how many of them were bad. */
  clients: readonly [bad: number, all: number];
  /** Whose those were, by a digest of the address; at most 50. */
  who: readonly string[];
  /** Clients that were answered so, of those that asked. */
  "3xx": readonly [so: number, asked: number];
  "4xx": readonly [so: number, asked: number];
  late: number;
  cut: number;
  /** Requests of sessions that had an error before, and how many failed again. */
  repeated: readonly [requests: number, errors: number];
  /**
   * Requests of sessions that had begun, once the server was no longer new, and by each of {@link SLOW_LIMITS_MS} that a session had a
   * slower answer than: how many sessions had their first one within ten minutes, and of those that had one the requests, and how many took longer
   * again. Left out where there are none.
   */
  held?: {
    requests: number;
    slow: Readonly<Record<string, readonly [first: number, again: number, slowAgain: number]>>;
  };
  visits: Readonly<Partial<Record<"first" | "again" | "held", number>>>;
}

/** A plan's limit isn't known to servers, so that sessions are known by each of these, in milliseconds. */
export const SLOW_LIMITS_MS = [100, 1_000, 10_000].flatMap((scale) =>
  Array.from({ length: 9 }, (_, index) => (index + 1) * scale),
);

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
