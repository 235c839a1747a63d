import { nth } from "../../infra/sure.ts";
import { type Counts, share } from "./counts.ts";
import { worse } from "./evidence/odds.ts";
import type { GateSettings } from "./settings.ts";

/** What a step has shown for the candidate: the ground on which it may pass. */
export interface Step {
  candidate: Counts;
  stable: Counts;
  /** Log-likelihood ratio of "worse than stable by the smallest regression that matters" against "no worse". */
  relative: number;
  /** For each of {@link WELL}, the log-evidence that the candidate keeps the objective. */
  absolute: number[];
}

/**
 * The shares that a candidate within the objective may have, as parts of it: by one that fails now and then half of it is told from all,
 * by one that hardly fails this is, in half as many requests.
 */
export const WELL: readonly number[] = [0.5, 0.05];

export function newStep(): Step {
  return {
    candidate: { requests: 0, bad: 0 },
    stable: { requests: 0, bad: 0 },
    relative: 0,
    absolute: WELL.map(() => 0),
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
  const good = candidate.requests - candidate.bad;
  for (const [i, part] of WELL.entries()) {
    const { bad, other } = within(settings.objective, part, phi);
    step.absolute[i] = nth(step.absolute, i) + candidate.bad * bad + good * other;
  }
  const all = candidate.bad + stable.bad;
  if (all === 0 || candidate.requests === 0 || stable.requests === 0) return;
  const part = candidate.requests / (candidate.requests + stable.requests);
  step.relative += llr(candidate.bad, stable.bad, part, worse(part, settings.smallest)) / phi;
}

/**
 * The log-evidence of one bad request, and of one that isn't, that the bad share is below the objective. Where bad requests come in bursts of
 * geometric size (see evidence/temper.ts) the factors y of a bad one and 1 + (p / m) (1 - G(y)) / (1 - p) of another have together the
 * expectation 1 at the objective p, and less above it: what one has shown, all its bursts have. Without bursts it is the likelihood
 * ratio.
 */
function within(objective: number, part: number, phi: number): { bad: number; other: number } {
  const mean = (phi + 1) / 2;
  const y = part ** (1 / mean);
  const generated = y / (mean - (mean - 1) * y);
  return {
    bad: Math.log(y),
    other: Math.log1p(((objective / mean) * (1 - generated)) / (1 - objective)),
  };
}

/** The log of the evidence that the candidate keeps the objective: the mean over {@link WELL}. */
export function logWithin({ absolute }: Step): number {
  const most = Math.max(...absolute);
  return most + Math.log(absolute.reduce((sum, log) => sum + Math.exp(log - most), 0) / absolute.length);
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
  return likeStable || (logWithin(step) >= -bound && step.relative < Math.log(LEANING));
}

/** Odds of three to one are the least that is worth a mention (Jeffreys 1961). */
const LEANING = 3;

/** How far the step is on its way to pass, from 0 to 1. */
export function wayToPass(step: Step, { miss, minRequests }: GateSettings): number {
  const sample = minRequests > 0 ? step.candidate.requests / minRequests : 1;
  const certainty = Math.max(-step.relative, logWithin(step)) / -Math.log(miss);
  return Math.max(0, Math.min(1, sample, certainty));
}
