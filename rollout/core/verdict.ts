import type { WARM_UP_SECONDS } from "../../infra/settings/warming.ts";
import { addTimes, type Times } from "../analysis/latency/times.ts";
import { bakedAt, type HeldSplit, type RolloutState } from "./state.ts";

/** What one track served in one second. */
export interface TrackCounts {
  requests: number;
  errors: number;
  /** Slower than the plan's limit. */
  slow: number;
  /** How long answers took, where the servers tell it: of those that were whole in this second. */
  times?: Times;
  /** What the application counted of its business, by the name that the plan's gate has for it. */
  counters?: Readonly<Record<string, Tally>>;
  /** How requests went otherwise than most do, where the platform sees it. Only compared with stable. */
  ways?: Readonly<Partial<Record<Way, Tally>>>;
  /** Left out where nothing keeps browsers with a version, or nobody counts them. */
  sessions?: SessionCounts;
  /**
   * Requests of sessions that an error has been counted of, until they were well for ten minutes; and how many of them failed again.
   * Both are among the `requests` and `errors`.
   */
  repeated?: Tally;
  /**
   * Likewise of sessions that a slow answer has been counted of, for ten minutes from it on; and how many of them were slow again. What a
   * server answers in its first {@link WARM_UP_SECONDS} holds nobody back: it is forgiven, or judged by itself.
   */
  repeatedSlow?: Tally;
  /** The other requests of sessions, and how many of them were slow: so each session counts once. */
  slowSessions?: Tally;
  /**
   * Where the platform tells clients apart, by their addresses: requests of clients that had no error for ten minutes, and how many of
   * them failed. So each client that meets errors counts once.
   */
  clients?: Tally;
  /** The part of each server, by its name, where the platform tells them apart. */
  servers?: Readonly<Record<string, ServerCounts>>;
}

/** What one server of a track answered in one second. */
export interface ServerCounts {
  /** When it answered its first request of a user, in seconds since the epoch. */
  began: number;
  requests: number;
  /** Slower than the plan's limit. */
  slow: number;
  /** As the track's. */
  times?: Times;
  repeatedSlow?: Tally;
  slowSessions?: Tally;
}

/** Both together; it began when the second one says so. */
export function addServer(known: ServerCounts | undefined, more: ServerCounts): ServerCounts {
  const { requests = 0, slow = 0, times } = known ?? {};
  return {
    ...{ began: more.began, requests: requests + more.requests, slow: slow + more.slow },
    ...((times || more.times) && { times: addTimes(times, more.times) }),
    ...addSlow(known ?? {}, more),
  };
}

export type BySession = Pick<TrackCounts, "repeatedSlow" | "slowSessions">;

/** Both together; what is nothing is left out. */
export function addSlow(a: BySession, b: BySession): BySession {
  const repeatedSlow = addTally(a.repeatedSlow ?? NO_TALLY, b.repeatedSlow ?? NO_TALLY);
  const slowSessions = addTally(a.slowSessions ?? NO_TALLY, b.slowSessions ?? NO_TALLY);
  return {
    ...(repeatedSlow.total > 0 && { repeatedSlow }),
    ...(slowSessions.total > 0 && { slowSessions }),
  };
}

/** What browsers asked a track for: infra/sessions/visits.ts says what counts as which. */
export interface SessionCounts {
  /** Sessions of browsers that the weights sent here: first visits. */
  first: number;
  /** Sessions of browsers that were here before, on whatever track. */
  again: number;
  /** Requests of sessions that had begun. */
  held: number;
}

export const NO_SESSIONS: SessionCounts = { first: 0, again: 0, held: 0 };

/** Both together. */
export function addSessions(a: SessionCounts, b: SessionCounts): SessionCounts {
  return { first: a.first + b.first, again: a.again + b.again, held: a.held + b.held };
}

/**
 * Clients that were refused (4xx) or sent elsewhere (3xx), of those that asked; requests that waited beyond the latency limit, whoever gave
 * up in the end; and answers that were cut.
 */
export const WAYS = ["4xx", "3xx", "unfinished", "cut"] as const;
export type Way = (typeof WAYS)[number];

/** Such as quotes that failed, of quotes that were asked for. */
export interface Tally {
  bad: number;
  total: number;
}

export const NO_TALLY: Tally = { bad: 0, total: 0 };

/** Both together. */
export function addTally(a: Tally, b: Tally): Tally {
  return { bad: a.bad + b.bad, total: a.total + b.total };
}

/** Without some of them; never fewer than none, nor more bad ones than all. */
export function lessTally({ bad, total }: Tally, some: Tally = NO_TALLY): Tally {
  const left = Math.max(0, total - some.total);
  return { bad: Math.min(left, Math.max(0, bad - some.bad)), total: left };
}

/** An alarm that the platform keeps for a track. */
export interface AlarmReading {
  name: string;
  state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  /** Why it is in that state, for people. */
  reason: string;
  /** Since when, in milliseconds since the epoch, where the platform says so. */
  since?: number;
}

/** The alarms of both tracks as they were last read. An alarm that can't be read doesn't count as off. */
export type AlarmSight =
  | { candidate: readonly AlarmReading[]; stable: readonly AlarmReading[] }
  | { error: string };

export interface MetricSecond {
  epochSecond: number;
  tracks: Readonly<Record<string, TrackCounts>>;
}

/** The seconds from one on. @param seconds oldest first @param from in seconds since the epoch */
export function secondsSince(seconds: readonly MetricSecond[], from: number): MetricSecond[] {
  return seconds.slice(seconds.findLastIndex(({ epochSecond }) => epochSecond < from) + 1);
}

/** What the gates judge by. In one run `seconds` and `steps` only grow, so that a judge may keep what it has counted. */
export interface History {
  stable: string;
  candidate: string;
  /** Oldest first. Begins before the candidate got traffic; seconds without data may be missing. */
  seconds: readonly MetricSecond[];
  /** The steps so far; each begins with the whole second `from`. */
  steps: readonly { weight: number; from: number }[];
  /** The split of this bake and those of earlier ones, the newest last. */
  splits?: readonly HeldSplit[];
  /** How long the periods are, in seconds, that were counted whole: {@link MetricSecond}s of one are only evenly spread. */
  period?: number;
  /** What is told later, where the platform tells some sooner: {@link LateHistory}. */
  late?: LateHistory;
  /** Whether the present step's bake is over: before that nothing passes. */
  baked: boolean;
  /** Left out where the platform has no alarms. */
  alarms?: AlarmSight;
}

/**
 * The balancer's count and the application's counters, where the servers' own count comes sooner. What never reached a server is
 * only here.
 */
export interface LateHistory {
  seconds: readonly MetricSecond[];
  /** Whether it reaches beyond the end of the present step's bake. */
  baked: boolean;
}

export interface Verdict {
  outcome: "pass" | "fail" | "wait";
  /** Both tracks are sick: page, and don't move load onto a sick stable. Only with `wait`. */
  hold?: boolean;
  /** One line for people. */
  reason: string;
  /** Plain data for the journal and the report. */
  evidence?: unknown;
  /** Why the sessions that begin can't be those of the split, so that a person must look. */
  skewed?: string;
  /** Gates that have failed, and aren't to send the candidate back: they are no part of the outcome. */
  pauses?: Failing;
  tells?: Failing;
}

export interface Failing {
  /** By name. */
  gates: readonly string[];
  reason: string;
}

/** The gates, as the controller sees them. */
export type Judge = (history: History) => Verdict;

/**
 * How much of stable's traffic before the candidate's first is read, in seconds, to know what is usual. It is a
 * quarter of a day, because usual bursts appear in only a few of the blocks that their size is learned from.
 */
const BEFORE_SECONDS = 6 * 3600;

/**
 * Where a rollout's history begins, in seconds since the epoch: a quarter of a day before the candidate's first
 * traffic. While the candidate has had none, a quarter of a day before the rollout began. But no earlier than stable's version: what another
 * one did on its track, such as a bad candidate before it was mended, says nothing of what is usual.
 */
export function historyFrom({
  steps,
  begunAt,
  stableFrom = Number.NEGATIVE_INFINITY,
}: Pick<RolloutState, "steps" | "begunAt" | "stableFrom">): number {
  const begins = steps[0]?.from ?? begunAt;
  // A clock that was set may say that it is yet to come.
  return Math.floor(Math.max(begins - BEFORE_SECONDS * 1000, Math.min(stableFrom, begins)) / 1000);
}

/** As {@link LateHistory}, and until when it reaches, in milliseconds since the epoch. */
export interface LateSeconds {
  seconds: readonly MetricSecond[];
  through: number;
}

/**
 * What the gates judge by. A step begins with a whole second.
 *
 * @param seconds from {@link historyFrom} on
 * @param through until when they reach, in milliseconds since the epoch
 */
export function historyOf(
  state: RolloutState,
  seconds: readonly MetricSecond[],
  through: number,
  { alarms, period, late }: Pick<History, "alarms" | "period"> & { late?: LateSeconds } = {},
): History {
  const { stable, candidate, splits } = state;
  const steps = state.steps.map(({ weight, from }) => ({ weight, from: Math.ceil(from / 1000) }));
  return {
    ...{ stable, candidate, seconds, steps, splits, baked: through >= bakedAt(state) },
    ...(alarms && { alarms }),
    ...(period !== undefined && { period }),
    ...(late && { late: { seconds: late.seconds, baked: late.through >= bakedAt(state) } }),
  };
}
