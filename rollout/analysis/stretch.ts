import { nth } from "../../infra/sure.ts";
import { type Counts, share } from "./counts.ts";
import { RATIOS } from "./evidence/odds.ts";

/**
 * The stretch of time that a suspicion rests on: since its CUSUM (Page 1954) last stood at zero. In it the tracks are compared with each
 * other, to tell a bad candidate from a bad day for both.
 */
export interface Stretch {
  score: number;
  /** For each ratio, the log-likelihood ratio of "candidate worse than stable" over the stretch. */
  relative: number[];
  candidate: Counts;
  stable: Counts;
  /** Both were found to break the objective in it. Good requests afterwards thin stable's share; they don't make the candidate guilty. */
  shared: boolean;
}

export function newStretch(): Stretch {
  return {
    score: 0,
    relative: RATIOS.map(() => 0),
    candidate: { requests: 0, bad: 0 },
    stable: { requests: 0, bad: 0 },
    shared: false,
  };
}

/** @param relative this interval's gains against stable, or nothing when neither track had a bad request */
export function extend(
  stretch: Stretch,
  log: number,
  relative: readonly number[] | undefined,
  candidate: Counts,
  stable: Counts,
): void {
  const was = stretch.score;
  stretch.score = Math.max(0, was + log);
  if (stretch.score === 0) {
    if (was > 0) restart(stretch);
    return;
  }
  stretch.candidate.requests += candidate.requests;
  stretch.candidate.bad += candidate.bad;
  stretch.stable.requests += stable.requests;
  stretch.stable.bad += stable.bad;
  if (!relative) return;
  for (let i = 0; i < relative.length; i++) stretch.relative[i] = nth(stretch.relative, i) + nth(relative, i);
}

function restart(stretch: Stretch): void {
  stretch.candidate.requests = 0;
  stretch.candidate.bad = 0;
  stretch.stable.requests = 0;
  stretch.stable.bad = 0;
  stretch.relative.fill(0);
  stretch.shared = false;
}

/** The log of the evidence, over the stretch alone, that the candidate is worse than stable. */
export function logAgainstStable({ relative }: Stretch): number {
  const most = Math.max(...relative);
  return most + Math.log(relative.reduce((total, log) => total + Math.exp(log - most), 0) / relative.length);
}

/** Whether stable broke the objective too. */
export function stableBroke({ stable, shared }: Stretch, objective: number): boolean {
  return shared || (stable.bad > 0 && share(stable) > objective);
}
