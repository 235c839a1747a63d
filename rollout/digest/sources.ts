import type { Flag } from "../../infra/flags/schema.ts";
import type { Waiver } from "../../infra/policy/judge.ts";
import type { JournalEntry } from "../core/journal.ts";
import type { MetricSecond } from "../core/verdict.ts";
import type { DrillRecord } from "../drill/record.ts";
import type { Fact } from "./fact.ts";

/** Milliseconds: half, 95 % and 99 % of the answers took no longer. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

export interface TrackTraffic {
  requests: number;
  errors: number;
  /** Slower than the plan's limit. */
  slow: number;
  latency: Fact<Percentiles>;
}

/** What was served in a stretch of time. */
export interface TrafficFacts {
  tracks: Record<string, TrackTraffic>;
  /** By the hour, all tracks together; hours without requests may be missing. */
  hours: { requests: number; errors: number; slow: number }[];
  /** The first moment that there are figures of, where they don't reach back to the beginning. */
  since?: number;
}

export interface KeptBackups {
  /** Complete ones that there are still, oldest first; `at` is the moment that they hold. */
  backups: { id: string; at: number; name?: string }[];
  everyHours: number;
}

export interface CostFacts {
  /** US dollars a month by list price, of what runs all the time. */
  monthlyUsd: number;
  budgetUsd: number;
  /** What costs something and has no price in the table. */
  unpriced: string[];
  /** Of the prices. */
  source: string;
}

export interface AlarmChange {
  at: number;
  alarm: string;
  /** As CloudWatch calls them: OK, ALARM, INSUFFICIENT_DATA. */
  from: string;
  to: string;
}

/** Where the facts come from. One that rejects makes its part unknown, and no other. Times in milliseconds. */
export interface DigestSources {
  entries(): Promise<JournalEntry[]>;
  traffic(from: number, to: number): Promise<TrafficFacts>;
  /** Second by second, for one rollout. */
  seconds(from: number, to: number): Promise<MetricSecond[]>;
  backups(): Promise<KeptBackups>;
  drills(): Promise<DrillRecord[]>;
  cost(): Promise<CostFacts>;
  alarms(from: number, to: number): Promise<AlarmChange[]>;
  flags(): Promise<ReadonlyMap<string, Flag>>;
  waivers(): Promise<readonly Waiver[]>;
}
