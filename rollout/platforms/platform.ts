import type { Capacity } from "../core/action.ts";
import type { JournalEntry } from "../core/journal.ts";
import type { Reading } from "../core/reading.ts";
import type { AlarmReading, MetricSecond } from "../core/verdict.ts";
import type { Weights } from "../core/weights.ts";
import type { SmokeResult } from "../smoke/run.ts";

export type { Capacity } from "../core/action.ts";
export type { JournalEntry } from "../core/journal.ts";
export type { Reading } from "../core/reading.ts";
export type {
  AlarmReading,
  MetricSecond,
  ServerCounts,
  SessionCounts,
  Tally,
  TrackCounts,
  Way,
} from "../core/verdict.ts";
export type { Weights } from "../core/weights.ts";

/**
 * Where a rollout happens. Every call ends within a time of its own, or throws; then what it has done is found out by
 * reading. Every act may be repeated, because after a crash nobody knows whether it happened.
 */
export interface Platform {
  readonly kind: "rehearsal" | "aws";
  /** The three places where weights stand. @throws when one can't be read: callers fail closed */
  readWeights(): Promise<Reading>;
  /** The balancer's alone: the quick look before an emergency. */
  readRealWeights(): Promise<Weights>;
  /**
   * Config first (comments kept), then the balancer, as one intent. A track that is left out gets 0, and keeps nobody.
   * Where one track gets all, every cohort is closed, as in the next two.
   *
   * @param draining one that gets 0 and keeps its sessions all the same, until the weights are set without it
   */
  setWeights(weights: Weights, draining?: string): Promise<void>;
  /**
   * Emergency: the balancer first, by API, then the config is written and reconciled, so that no later `up` resets it. Nothing
   * drains.
   */
  setWeightsNow(weights: Weights): Promise<void>;
  /** The balancer alone, where nothing can be written: what it has then is in no other place. */
  moveTraffic(weights: Weights): Promise<void>;
  /** The config's `stable` key (comments kept): no traffic moves. */
  setStable(track: string): Promise<void>;
  /** Leads cohorts to a track, or closes them: `none`. Config first, then the balancer. */
  setCohorts(cohorts: readonly string[], to: string): Promise<void>;
  /** Whether a track has the healthy servers for a share of the traffic, in whole percent. */
  capacity(track: string, share: number): Promise<Capacity>;
  /** Asks for that many servers; returns before they are healthy. */
  restoreCapacity(track: string, servers: number): Promise<void>;
  /** Idempotent by name: a second call with the same name returns the first one's backup. */
  backup(name: string): Promise<{ id: string }>;
  /**
   * Expand: brings the database up to what a track's version needs, before anything of that version serves. Once for each version.
   *
   * @param signal ends it: what it has open in the database is taken back
   * @returns what was done, or that nothing was to be done, in words
   */
  migrate(track: string, signal: AbortSignal): Promise<string>;
  /** Contract: takes out of the database what only the versions before a track's needed. As in {@link migrate}. */
  contract(track: string, signal: AbortSignal): Promise<string>;
  /** The candidate at 0 %: its servers up and healthy. */
  deploy(track: string): Promise<void>;
  /** What config declares, asked of a track whatever its weight; without a track: asked as a user does. */
  smoke(track?: string): Promise<SmokeResult>;
  /**
   * What the tracks served; a long time may come in several answers.
   *
   * @param lateSince from when on what comes later is asked for, where some comes sooner; left out: from the same second on
   * @throws when it can't be read
   */
  metrics(sinceEpochSecond: number, lateSince?: number): Promise<Metrics>;
  /**
   * The alarms kept for a track, as they are now; left out where there are none to ask.
   *
   * @throws when they can't be read: callers fail closed
   */
  alarms?(track: string): Promise<readonly AlarmReading[]>;
  /**
   * Shows the weights as they are now where people watch the stack; left out where nobody could see them. It moves nothing.
   */
  showWeights?(weights: Weights): Promise<void>;
  /** Takes away the servers of a track that carries no traffic and keeps no sessions. @throws for one that does, by a look of its own */
  drain(track: string): Promise<void>;
  /** Gives the stack's controller what it needs for a rollout; left out where it needs nothing. */
  handOver?(rollout: string): Promise<void>;
  journal: JournalStore;
}

export interface Metrics {
  /** Whole seconds since (inclusive), oldest first; only seconds that are complete. Without requests a second may be missing. */
  seconds: MetricSecond[];
  /** The first second that isn't told: all before it has been. */
  through: number;
  /** How long the periods are, in seconds, that were counted whole and spread evenly; left out: each second by itself. */
  period?: number;
  /** Whether the seconds from `through` on are complete too, and come for the asking. */
  more?: boolean;
  /**
   * What is known of the same time by another count, which is complete but comes later, until its own `through`; left out where there is
   * only one.
   */
  late?: Pick<Metrics, "seconds" | "through">;
}

/** Append-only with compare-and-swap. The controller writes, and people's commands do. */
export interface JournalStore {
  /** Entries are never changed: what was read once is the beginning of what is read later. */
  read(): Promise<{ entries: JournalEntry[]; version: string | null }>;
  /** Durable when it resolves. @throws {JournalConflict} when somebody wrote since `version`; then nothing is written */
  append(entry: JournalEntry, version: string | null): Promise<string>;
  /**
   * How far this machine's clock was ahead of the store's when that last answered, in milliseconds; left out where the two are one.
   */
  aheadMs?(): number;
  /** One controller at a time. A killed one's lock passes on. @throws {Held} when another has it */
  lock(owner: string): Promise<Lock>;
}

export interface Lock {
  /** Aborts when the lock is no longer ours: nothing more may be done then. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export class JournalConflict extends Error {
  override name = "JournalConflict";
}
