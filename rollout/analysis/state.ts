import type { Channel } from "./channel.ts";
import type { Counts } from "./counts.ts";
import type { Evidence } from "./evidence/evidence.ts";
import type { Gains } from "./evidence/odds.ts";
import type { Unlearned } from "./evidence/outage.ts";
import type { Refractory } from "./refractory.ts";
import type { GateSettings } from "./settings.ts";
import type { Step } from "./step.ts";
import type { Stretch } from "./stretch.ts";

export interface GateVerdict {
  outcome: "pass" | "fail" | "wait";
  /** True: both tracks break the objective, so page, and move no load onto a sick stable. Only with `wait`. */
  hold: boolean;
  /** One line for people. */
  reason: string;
  /** What the counts are of, where the indicator counts several things: "over 640 ms". */
  counted?: string;
  /** Of a failure: the question that found it. The reason says before it what was counted. */
  method?: string;
  /** How far on the way to fail and to pass, each from 0 to 1. */
  toFail: number;
  toPass: number;
  /** What the step has counted. */
  candidate: Counts;
  stable: Counts;
  /** How much bad requests come in bursts; 1: not at all. */
  bursts: number;
}

/** Something said against the candidate, and the smallest false-alarm rate at which that is enough to fail it, at most 1. */
export interface Complaint {
  what: "worse than stable" | "worse than stable is and has been" | "over the objective" | "none";
  rate: number;
}

/**
 * What one indicator has shown so far. Plain data: it survives `JSON.stringify`, and so a restart.
 *
 * Five questions are asked of the same counts, and the mean of their evidence decides: the two of a channel, counted by
 * request and counted by burst (and two more by client, where the platform tells clients apart); and `absolute`: does the candidate break the objective? That is a supermartingale for every share up to
 * the objective. When stable breaks it in the same stretch and nothing speaks against the candidate alone: hold, no rollback onto a
 * sick stable.
 */
export interface Gate {
  settings: GateSettings;
  /** Intervals of the rollout so far. */
  intervals: number;
  /** Every bad request counts: fastest when errors are independent, or many. */
  requests: Channel;
  /** A burst counts once: fastest when errors come in bursts. */
  bursts: Channel;
  /** A client counts once, whatever the rate at which it fails: fastest of all, where the platform tells clients apart. */
  clients?: Channel;
  /** What is to be learned of stable, unless it turns out to be of an outage. */
  waiting: Unlearned<"requests" | "bursts" | "clients">;
  quiet: { candidate: Refractory; stable: Refractory };
  absolute: Evidence;
  absoluteStretch: Stretch;
  absoluteGains: Gains;
  step: Step;
  /** The strongest complaint of the last interval. */
  complaint: Complaint;
  /** The failure, once there is one: a later quiet hour doesn't take it back. */
  failed: GateVerdict | undefined;
}
