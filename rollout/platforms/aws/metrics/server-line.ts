import { type ServerSecond, SLOW_LIMITS_MS } from "../../../../infra/host/answers/metrics.ts";
import { addTimes, edgeOf, type Times } from "../../../analysis/latency/times.ts";
import {
  addServer,
  addSessions,
  addSlow,
  addTally,
  type BySession,
  NO_SESSIONS,
  NO_TALLY,
} from "../../../core/verdict.ts";
import type { Tally, TrackCounts, Way } from "../../platform.ts";

export interface CountedBy {
  server: string;
  /** When it answered its first request of a user, in seconds since the epoch. */
  began: number;
  /** Whether a client had an error at another server of the track: by a digest, asked once of each. */
  hasFailed?: (client: string) => boolean;
  /** What took longer is slow; exact where it has no more than two digits, else what is slower by less than that counts as fast. */
  limitMs: number;
}

/** Adds what one server counted in a second to what its track had in it. */
export function addServerSecond(
  known: TrackCounts | undefined,
  second: ServerSecond,
  { server, began, limitMs, hasFailed = () => false }: CountedBy,
): TrackCounts {
  const { all: requests, bad, visits, repeated, who } = second;
  const slow = slowIn(second, limitMs);
  const times = timesIn(second);
  const [again, failedAgain] = repeated;
  const sessions = addSessions(known?.sessions ?? NO_SESSIONS, { ...NO_SESSIONS, ...visits });
  const repeatedIn = addTally(known?.repeated ?? NO_TALLY, { bad: failedAgain, total: again });
  const bySession = bySessionIn(second, limitMs);
  const elsewhere = who.filter(hasFailed).length;
  const [bad5xx, asked] = second.clients;
  const clients = addTally(known?.clients ?? NO_TALLY, { bad: bad5xx - elsewhere, total: asked - elsewhere });
  return {
    requests: (known?.requests ?? 0) + requests,
    errors: (known?.errors ?? 0) + bad,
    slow: (known?.slow ?? 0) + slow,
    times: addTimes(known?.times, times),
    ways: waysOf(known, second),
    sessions,
    servers: {
      ...known?.servers,
      [server]: addServer(known?.servers?.[server], { began, requests, slow, times, ...bySession }),
    },
    ...(repeatedIn.total > 0 && { repeated: repeatedIn }),
    ...addSlow(known ?? {}, bySession),
    clients,
  };
}

function waysOf(known: TrackCounts | undefined, second: ServerSecond): Record<Way, Tally> {
  const { all: total, late, cut } = second;
  const clients = (way: "3xx" | "4xx") => ({ bad: second[way][0], total: second[way][1] });
  const own: Record<Way, Tally> = {
    "4xx": clients("4xx"),
    "3xx": clients("3xx"),
    unfinished: { bad: late, total },
    cut: { bad: cut, total },
  };
  const sum = (way: Way) => addTally(known?.ways?.[way] ?? NO_TALLY, own[way]);
  return { "4xx": sum("4xx"), "3xx": sum("3xx"), unfinished: sum("unfinished"), cut: sum("cut") };
}

/** Times are rounded up: one that is rounded to the limit was not longer. */
function slowIn({ times }: ServerSecond, limitMs: number): number {
  const limit = twoDigits(limitMs);
  return Object.entries(times).reduce((slow, [ms, count]) => (Number(ms) > limit ? slow + count : slow), 0);
}

/** What is slow by the first limit from this one on that servers know sessions by: exact where the limit is one of those. */
function bySessionIn({ held }: ServerSecond, limitMs: number): BySession {
  const limit = SLOW_LIMITS_MS.find((each) => each >= limitMs);
  if (!held || limit === undefined) return {};
  const [first = 0, again = 0, slowAgain = 0] = held.slow[limit] ?? [];
  return {
    repeatedSlow: { bad: slowAgain, total: again },
    slowSessions: { bad: first, total: held.requests - again },
  };
}

/** By the edges, which are of two digits as the times are. */
function timesIn({ times }: ServerSecond): Times {
  const sum: Record<string, number> = {};
  for (const [ms, count] of Object.entries(times)) {
    const edge = edgeOf(Number(ms));
    sum[edge] = (sum[edge] ?? 0) + count;
  }
  return sum;
}

/** Up, as the servers round. */
function twoDigits(ms: number): number {
  const step = 10 ** Math.max(0, Math.ceil(Math.log10(ms / 99)));
  return Math.ceil(ms / step) * step;
}
