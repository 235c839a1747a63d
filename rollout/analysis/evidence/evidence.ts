import { nth } from "../../../infra/sure.ts";
import { RATIOS } from "./odds.ts";

/**
 * Of the prior, a fifth is on a regression that comes early: each doubling of the time since the rollout began (and ten minutes) has the same part of it. A tenth is on
 * one that comes with a step's traffic, in its first minute: half of that for the first step, a quarter for the second, and so on. The rest is spread
 * evenly over the horizon.
 */
const AT_START = 0.2;
const START_SECONDS = 600;
const AT_STEPS = 0.1;
const STEP_SECONDS = 60;
/** Evidence within one window counts in full up to a bound. Long enough for a client's retries, short enough to act. */
export const WINDOW_SECONDS = 10;
/** Within one window of time evidence counts in full up to this many nats, times the dispersion ... */
const FULL_NATS = 3.5;
/** ... and this many times less beyond: one client's burst must not decide, a landslide still must. */
const BEYOND = 5;
/** Keeps products finite. Only ever lowers evidence, so the guarantee stays. */
const MOST = 1e100;

/**
 * Evidence that the candidate got worse at some moment, by some ratio: a mixture over both.
 *
 * For each ratio, M_t = L_t (M_{t-1} + w_t), where L_t is the likelihood ratio of interval t and w_t the prior weight of
 * a regression that starts there (Shiryaev 1963). As E[L_t] <= 1 under "no worse" and the weights sum to 1, M minus the weights
 * so far is a supermartingale from 0 and P(ever M >= 1 / a) <= a over the whole rollout, however often one looks
 * (Ville 1939; as an e-detector: Shin, Ramdas, Rinaldo 2022). A start in the twentieth hour weighs as much as one in the
 * second, so the test doesn't grow deaf as one from the start alone does.
 *
 * A burst in time is held down: the growth within a window of 10 s counts in full up to 3.5 nats and at a fifth beyond. That only
 * lowers M, and a supermartingale that is lowered stays one. Where bursts are usual the dispersion has tempered the evidence already,
 * and the bound rises with it.
 */
export interface Evidence {
  /** For each ratio: the mass now, before holding down this window's growth. */
  raw: number[];
  /** For each ratio: the mass at the window's start plus the weights added since. */
  base: number[];
  /** Intervals so far, those in which the prior of an early start halves first, and those of the horizon. */
  intervals: number;
  beginning: number;
  horizon: number;
  /** The prior of the present step's beginning for each interval, for how many more, and what is left for later steps. */
  step: { weight: number; intervals: number; length: number; later: number };
}

export function newEvidence(horizonSeconds: number, intervalSeconds: number): Evidence {
  const horizon = Math.max(1, Math.round(horizonSeconds / intervalSeconds));
  return {
    raw: RATIOS.map(() => 0),
    base: RATIOS.map(() => 0),
    intervals: 0,
    beginning: Math.max(1, Math.round(START_SECONDS / intervalSeconds)),
    horizon,
    step: {
      weight: 0,
      intervals: 0,
      length: Math.max(1, Math.round(STEP_SECONDS / intervalSeconds)),
      later: AT_STEPS,
    },
  };
}

/** A step begins with the next interval. When steps begin may depend on what was seen before, but on nothing else. */
export function suspectStep({ step }: Evidence): void {
  step.later /= 2;
  step.weight = step.later / step.length;
  step.intervals = step.length;
}

/** Adds an interval: for each ratio the log of its likelihood ratio. */
export function gain(evidence: Evidence, logs: readonly number[]): void {
  const { raw, base } = evidence;
  const weight = weightOf(evidence) / RATIOS.length;
  for (let i = 0; i < raw.length; i++) {
    const log = nth(logs, i);
    const mass = nth(raw, i) + weight;
    raw[i] = log === 0 ? mass : Math.min(MOST, mass * Math.exp(Math.min(log, 200)));
    base[i] = nth(base, i) + weight;
  }
  evidence.intervals++;
  evidence.step.intervals = Math.max(0, evidence.step.intervals - 1);
}

/** The prior weight of a start in the next interval; beyond the horizon there is none left. */
function weightOf({ intervals, beginning, horizon, step }: Evidence): number {
  if (intervals >= horizon) return 0;
  const always = (1 - AT_START - AT_STEPS) / horizon;
  // Their logarithms' differences sum to that of the horizon.
  const early = (AT_START * Math.log1p(1 / (intervals + beginning))) / Math.log1p(horizon / beginning);
  return always + early + (step.intervals > 0 ? step.weight : 0);
}

/**
 * The e-value now: 1 / a or more refutes "no worse" at level a.
 *
 * @param full how much growth within a window counts in full, in nats for each unit of dispersion; infinity where no one client can make it
 */
export function eValue({ raw, base }: Evidence, phi: number, full = FULL_NATS): number {
  const growth = Math.exp(full * phi);
  let total = 0;
  for (let i = 0; i < raw.length; i++) total += heldDown(nth(raw, i), nth(base, i), growth);
  return total;
}

/** Ends a window: what was held down is lost for good. */
export function closeWindow({ raw, base }: Evidence, phi: number, full = FULL_NATS): void {
  const growth = Math.exp(full * phi);
  for (let i = 0; i < raw.length; i++) {
    raw[i] = heldDown(nth(raw, i), nth(base, i), growth);
    base[i] = nth(raw, i);
  }
}

function heldDown(raw: number, base: number, growth: number): number {
  const full = base * growth;
  if (growth === Number.POSITIVE_INFINITY || !(raw > full)) return raw;
  return full > 0 ? full * (raw / full) ** (1 / BEYOND) : 0;
}
