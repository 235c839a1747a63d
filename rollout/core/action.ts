import type { Act, Note, Outcome } from "./journal.ts";
import type { Reading } from "./reading.ts";
import type { Verdict } from "./verdict.ts";
import type { Weights } from "./weights.ts";

/** What the controller wants next. The runner does it and asks again. */
export type Action =
  | { is: "look"; look: Look }
  /** Intent into the journal, then the act, then its end into the journal. */
  | { is: "act"; act: Act }
  /** A decision: into the journal, nothing else. */
  | { is: "note"; note: Note }
  /** Nothing before that moment (milliseconds since the epoch), unless a command comes. */
  | { is: "wait"; until: number; why: string }
  /** The run is over. */
  | { is: "leave"; outcome: Outcome | "stopped"; reason: string };

export type Look =
  | { at: "weights" }
  /** The balancer alone: quick. */
  | { at: "real" }
  | { at: "capacity"; track: string; share: number }
  /** Whether a track serves, asked as a tester. */
  | { at: "service"; track: string }
  /** Whether a drill has shown that stable bears the candidate's migration. */
  | { at: "drill"; track: string }
  | { at: "gates" };

/** What was last seen of the world. A look that failed is kept as a failure: it is no answer. */
export interface Seen {
  weights?: Looked<Reading>;
  real?: Looked<Weights>;
  capacity?: Looked<Capacity> & { track: string; share: number };
  service?: Looked<Service> & { track: string };
  drill?: Looked<Drilled>;
  gates?: Sight & {
    verdict: Verdict;
    /** Until when the data reach, in milliseconds. */
    through: number;
    /** Until when there was a request to the candidate in them; undefined when there was none. */
    heard?: number;
    /** The same of stable, while it drains. */
    heardStable?: number;
    /** Most of what stable was asked for lately has failed, while it drains. */
    stableFails?: boolean;
    steps: number;
  };
}

export interface Sight {
  /** When the look was over. */
  at: number;
  /**
   * How many entries the journal had then. After an act it has more, and what was seen before the act no longer
   * counts.
   */
  length: number;
}

export interface Looked<T> extends Sight {
  read?: T;
  error?: string;
  /** Since when one look after another has failed. */
  failingSince?: number;
}

/** What the smoke tests of a track said. */
export interface Service {
  passed: boolean;
  details: readonly string[];
}

/** What the last drill of a migration said. @property reason one line, with what to do where it didn't pass */
export interface Drilled {
  passed: boolean;
  reason: string;
}

/** Servers of a track against what a share of the traffic needs. */
export interface Capacity {
  asked: number;
  healthy: number;
  need: number;
  /** As many as the track may have. */
  most: number;
  enough: boolean;
}

export const note = (what: Note): Action => ({ is: "note", note: what });
export const look = (what: Look): Action => ({ is: "look", look: what });
export const wait = (until: number, why: string): Action => ({ is: "wait", until, why });
export const stop = (reason: string, drift?: Reading): Action =>
  note(drift ? { kind: "stopped", reason, drift } : { kind: "stopped", reason });
