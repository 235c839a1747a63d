import type { Counts } from "./counts.ts";
import { KEEP } from "./dispersion.ts";

/** Stable's bad share as learned from its past, before the rollout too. */
export interface Baseline {
  requests: number;
  bad: number;
}

export function newBaseline(): Baseline {
  return { requests: 0, bad: 0 };
}

export function learnBaseline(baseline: Baseline, block: Counts): void {
  baseline.requests = baseline.requests * KEEP + block.requests;
  baseline.bad = baseline.bad * KEEP + block.bad;
}

/**
 * An upper bound of stable's bad share: one standard error above what was seen, given its bursts.
 *
 * @returns 0 while there is too little to go by
 */
export function upperShare({ requests, bad }: Baseline, phi: number, minRequests: number): number {
  if (requests < Math.max(1, minRequests)) return 0;
  const counted = bad + 1;
  const upper = (counted + Math.sqrt(phi * counted)) / requests;
  return upper < 0.5 ? upper : 0;
}
