import type { Settings } from "../../infra/settings/settled.ts";
import type { QuotaFacts } from "../check/checks/quotas.ts";
import type { Finding } from "../check/finding.ts";
import type { Workplace } from "./machine.ts";

/**
 * What a machine is wanted for: to rehearse a stack, to preview a change, to `pulumi up`, or to run the verbs with
 * `--on aws`.
 */
export const PURPOSES = ["rehearsal", "preview", "up", "aws"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What is looked at, and with what. */
export interface Patient {
  machine: Workplace;
  /** Undefined: none was named. */
  stack: string | undefined;
  /** Undefined: no stack was named, or its config is wrong. */
  settings: Settings | undefined;
  /** What is wrong with its config; empty: nothing. */
  mistakes: string;
  /** The region of the stack's config, else of the environment. */
  region: string | undefined;
  /** What the account may have; asked once. @throws {Error} as the SDK says it; also when there is no stack */
  quotas(): Promise<QuotaFacts[]>;
}

/** One thing that a machine needs. */
export interface Need {
  for: readonly Purpose[];
  look(patient: Patient): Finding | Promise<Finding>;
}

/** What was found of one of them. */
export interface Row extends Finding {
  /** Such as `docker`. */
  what: string;
  for: readonly Purpose[];
}
