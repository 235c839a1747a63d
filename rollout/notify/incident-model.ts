import type { Severity } from "../../infra/watch/alerts.ts";
import type { Withdrawal } from "../core/withdrawal.ts";

export const AUDIENCES = ["team", "management", "customers"] as const;
export type IncidentAudience = (typeof AUDIENCES)[number];

/** What is known of an incident. Times in milliseconds since the epoch. */
export interface Incident {
  stack: string;
  /** The public name: the only one that people outside are told. */
  domain: string;
  severity: Severity;
  startedAt: number;
  now: number;
  /** What the journal says of it; undefined: no rollout is in it; a reason why it couldn't be read. */
  rollout: RolloutInIt | undefined | { unknown: string };
}

/** A rollout that was under way when it began, or since. */
export interface RolloutInIt {
  rollout: string;
  stable: string;
  candidate: string;
  /** The candidate's present share in whole percent, as the journal has it. */
  percent: number | undefined;
  /** What went wrong, in the journal's words: for the team alone. */
  reason: string | undefined;
  /** Once it was taken back; `at` is when all traffic was read back on the stable track. */
  withdrawn: Withdrawal | undefined;
}
