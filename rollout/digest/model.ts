import type { Fact } from "./fact.ts";
import type { Period } from "./period.ts";
import type { ProportionTest } from "./proportion.ts";
import type { Release, Stop } from "./releases.ts";
import type { AlarmChange, CostFacts, Percentiles } from "./sources.ts";

/** What is promised: see the settings for where each is set. */
export interface Targets {
  /** The share of requests that must be answered well, such as 0.999. */
  availability: number;
  /** 95 % of the answers take no longer, in milliseconds. */
  p95Ms: number;
}

export interface Served {
  requests: number;
  errors: number;
  slow: number;
  /** Good of all, from 0 to 1; unknown without requests. */
  availability: Fact<number>;
}

export interface TrackServed extends Served {
  name: string;
  latency: Fact<Percentiles>;
}

/** How much of what may fail did. */
export interface ErrorBudget {
  days: number;
  requests: number;
  /** Requests that may fail, and those that did. */
  allowed: number;
  spent: number;
  /** From 1 down to 0; negative when more failed than may. */
  left: number;
  /** The first moment of the figures, where they don't reach back over all the days. */
  since?: number;
}

export interface RateChange {
  what: "errors" | "slow answers";
  /** Shares from 0 to 1. */
  before: number;
  now: number;
  comparison: ProportionTest;
}

export interface BackupReport {
  /** Taken in the period; whatever retention has removed since isn't among them. */
  taken: number;
  kept: number;
  everyHours: number;
  last: { id: string; at: number; ageMs: number } | undefined;
  /** None, or later than the plan allows. */
  late: boolean;
}

export interface Drill {
  id: string;
  drill: string;
  at: number;
  outcome: "passed" | "failed" | "incomplete";
  /** As the drill measured them, by a name with its unit. */
  figures: Record<string, number>;
  /** Its checks that didn't pass. */
  amiss: string[];
}

/** All that a digest tells. Plain data; times in milliseconds since the epoch. */
export interface Digest {
  stack: string;
  on: "rehearsal" | "aws";
  period: Period;
  targets: Targets;
  service: Fact<{ all: Served; tracks: TrackServed[]; since?: number }>;
  /** Of the period, and of the last 30 days. */
  budget: { period: Fact<ErrorBudget>; month: Fact<ErrorBudget> };
  /** Against the period before. */
  changes: Fact<RateChange[]>;
  releases: Fact<Release[]>;
  stops: Fact<Stop[]>;
  alarms: Fact<AlarmChange[]>;
  backups: Fact<BackupReport>;
  /** The last restore that was drilled; null: none ever was. */
  restore: Fact<Drill | null>;
  drills: Fact<Drill[]>;
  cost: Fact<CostFacts>;
  waivers: Fact<{ policy: string; resource: string; reason: string; until: string; over: boolean }[]>;
  /** Flags past their end. */
  flags: Fact<{ key: string; owner: string; until: string }[]>;
}
