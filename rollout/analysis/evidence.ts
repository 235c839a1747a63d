import { RATIOS } from "./odds.ts";

/** The share of the prior on a regression that is there from the first request; the rest is spread over the horizon. */
const AT_START = 0.2;
/** Within one window of time evidence counts in full up to this many nats ... */
const FULL_NATS = 3.5;
/** ... and this many times less beyond: one client's burst must not decide, a landslide still must. */
const BEYOND = 4;
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
 * A burst in time is held down: the growth within a window of 10 s counts in full up to 3.5 nats and at a quarter beyond. That only
 * lowers M, and a supermartingale that is lowered stays one.
 */
export interface Evidence {
  /** For each ratio: the mass now, before holding down this window's growth. */
  raw: number[];
  /** For each ratio: the mass at the window's start plus the weights added since. */
  base: number[];
  /** The prior weight that each interval adds to each ratio. */
  weight: number;
}

export function newEvidence(intervals: number): Evidence {
  const first = AT_START / RATIOS.length;
  return {
    raw: RATIOS.map(() => first),
    base: RATIOS.map(() => first),
    weight: (1 - AT_START) / RATIOS.length / Math.max(1, intervals),
  };
}

/**
 * Adds an interval.
 *
 * @param within whether the horizon isn't over: the prior has no weight left beyond it
 */
export function gain(evidence: Evidence, logs: readonly number[], within: boolean): void {
  const { raw, base } = evidence;
  const weight = within ? evidence.weight : 0;
  for (let i = 0; i < raw.length; i++) {
    const log = logs[i]!;
    const mass = raw[i]! + weight;
    raw[i] = log === 0 ? mass : Math.min(MOST, mass * Math.exp(Math.min(log, 200)));
    base[i] = base[i]! + weight;
  }
}

/** The e-value now: 1 / a or more refutes "no worse" at level a. */
export function eValue({ raw, base }: Evidence): number {
  let total = 0;
  for (let i = 0; i < raw.length; i++) total += heldDown(raw[i]!, base[i]!);
  return total;
}

/** Ends a window: what was held down is lost for good. */
export function closeWindow({ raw, base }: Evidence): void {
  for (let i = 0; i < raw.length; i++) {
    raw[i] = heldDown(raw[i]!, base[i]!);
    base[i] = raw[i]!;
  }
}

const FULL = Math.exp(FULL_NATS);

function heldDown(raw: number, base: number): number {
  const full = base * FULL;
  if (!(raw > full)) return raw;
  return full > 0 ? full * (raw / full) ** (1 / BEYOND) : 0;
}
