import type { Profile } from "./profile/schema.ts";
import type { TrackTally } from "./tally.ts";
import type { WritesFound } from "./writes/found.ts";

/** The folder of a rehearsal's load results within the stack's. */
export const LOADS = "load";

/** All of one load run, as it is kept. Times in milliseconds unless named otherwise. */
export interface LoadRun {
  /** The form of this document. */
  version: 1;
  stack: string;
  /** Where the load went. */
  url: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  seconds: number;
  /** Ended before its time. */
  interrupted: boolean;
  profile: Profile;
  seed: number;
  /** All that were due. */
  requests: number;
  /** Those that got the answer that was asked for. */
  right: number;
  /** What was wrong with the others, and how often. */
  reasons: Record<string, number>;
  /** Of the right answers, from when each request was due. Null when there was none. */
  response: Record<"p50" | "p95" | "p99" | "most", number | null>;
  generator: Generator;
  /** The most users at once that were served as the thresholds accept. */
  carriedUsers: number;
  verdicts: Rating[];
  /** What became of the numbered writes; empty without any that can be looked up. An older run has none. */
  writes?: WritesFound[];
  /** Nothing is below what is acceptable, and the run wasn't interrupted. */
  passed: boolean;
  tracks: Record<string, TrackTally>;
  journeys: Record<string, TrackTally>;
  /** By the second in which a request was due; the first is the run's first. */
  timeline: Second[];
}

export interface Second {
  /** On average. */
  users: number;
  due: number;
  /** The right answers' latencies, in the order of the answers. */
  latencies: number[];
}

/** How the load itself did: what it was late with isn't the service's fault. */
export interface Generator {
  lagP99: number;
  lagMost: number;
  /** Due, but not sent as too many were in flight. */
  unsent: number;
  /** It was too slow for its own profile: see the results with doubt. */
  fellBehind: boolean;
}

export type Level = "target" | "acceptable" | "below" | "critical" | "untested";

export interface Rating {
  threshold: "response" | "success" | "users" | "writes";
  level: Level;
  /** Milliseconds, percent, users, or writes that were lost or done twice. Null when nothing was measured. */
  measured: number | null;
  text: string;
}

/** An interrupted run has no verdict, whatever its thresholds say of what there is. */
export function outcomeOf({ passed, interrupted }: LoadRun): "passed" | "failed" | "interrupted" {
  if (interrupted) return "interrupted";
  return passed ? "passed" : "failed";
}
