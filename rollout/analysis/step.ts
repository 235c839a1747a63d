import { type Counts, share } from "./counts.ts";
import { worse } from "./evidence/odds.ts";
import type { GateSettings } from "./settings.ts";

/** What a step has shown for the candidate: the ground on which it may pass. */
export interface Step {
  candidate: Counts;
  stable: Counts;
  /** Log-likelihood ratio of "worse than stable by the smallest regression that matters" against "no worse". */
  relative: number;
  /** Log-likelihood ratio of "at the objective" against "at half of it". */
  absolute: number;
}

export function newStep(): Step {
  return {
    candidate: { requests: 0, bad: 0 },
    stable: { requests: 0, bad: 0 },
    relative: 0,
    absolute: 0,
  };
}

export function addToStep(
  step: Step,
  candidate: Counts,
  stable: Counts,
  settings: GateSettings,
  phi: number,
): void {
  step.candidate.requests += candidate.requests;
  step.candidate.bad += candidate.bad;
  step.stable.requests += stable.requests;
  step.stable.bad += stable.bad;
  const half = settings.objective / 2;
  step.absolute += llr(candidate.bad, candidate.requests - candidate.bad, half, settings.objective) / phi;
  const all = candidate.bad + stable.bad;
  if (all === 0 || candidate.requests === 0 || stable.requests === 0) return;
  const part = candidate.requests / (candidate.requests + stable.requests);
  step.relative += llr(candidate.bad, stable.bad, part, worse(part, settings.smallest)) / phi;
}

function llr(hits: number, others: number, under: number, over: number): number {
  return hits * Math.log(over / under) + others * Math.log((1 - over) / (1 - under));
}

/**
 * Whether the step's evidence is enough to pass, by Wald's acceptance bound ln(miss) (Wald 1945). There are two ways:
 *
 * - the candidate is shown not to be worse than stable by `smallest`, and its share in this step is within the objective;
 * - where bad requests are too rare to compare, it is shown to keep the objective, and little speaks for its being worse.
 *
 * One over a likelihood ratio is an e-value when the regression is there. So a candidate that is worse by `smallest` all step
 * long *ever* passes the first way with a chance of `miss` at most, and one over the objective the second way. One that is
 * worse but well within the objective may pass the second way.
 */
export function accepted(step: Step, { miss, minRequests, objective }: GateSettings): boolean {
  if (step.candidate.requests < minRequests) return false;
  const bound = Math.log(miss);
  const likeStable = step.relative <= bound && share(step.candidate) <= objective;
  return likeStable || (step.absolute <= bound && step.relative < Math.log(LEANING));
}

/** Odds of three to one are the least that is worth a mention (Jeffreys 1961). */
const LEANING = 3;

/** How far the step is on its way to pass, from 0 to 1. */
export function wayToPass(step: Step, { miss, minRequests }: GateSettings): number {
  const sample = minRequests > 0 ? step.candidate.requests / minRequests : 1;
  const certainty = Math.min(step.relative, step.absolute) / Math.log(miss);
  return Math.max(0, Math.min(1, sample, certainty));
}
