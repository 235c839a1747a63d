import { worse } from "./evidence/odds.ts";

/** Sessions that began in one split, and how many of them on the candidate. */
export interface Begun {
  sessions: number;
  candidate: number;
}

/** How strongly each mixture holds to the asked share: some are quick at a coarse skew, others see a fine one in the end. */
const CONCENTRATIONS = [10, 100, 1000, 10_000];
/** A balancer needn't be exact: odds that differ by no more than this ratio fit. */
const FITTING = 1.02;

/**
 * The evidence that sessions don't begin on the candidate by the share that was asked for, as the logarithm of an e-value:
 * under every share that fits, e is reached with a chance of 1 / e at most, however often one looks (Ville 1939).
 *
 * The likelihood of the counts under a share that isn't known, averaged over a Beta prior around the asked one, over their
 * likelihood under the share that fits them best (Lindon and Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS
 * 2022, for two outcomes: their Dirichlet prior is a Beta's here); and the mean of several such priors, as the mean of e-values is one
 * (Vovk and Wang 2021). The shares that fit are an interval, so the best of them is the nearest to what was seen.
 *
 * @param share above 0 and below 1
 */
export function logMismatch({ sessions, candidate }: Begun, share: number): number {
  if (sessions === 0) return 0;
  const others = sessions - candidate;
  const best = Math.min(worse(share, FITTING), Math.max(worse(share, 1 / FITTING), candidate / sessions));
  const fitting = candidate * Math.log(best) + others * Math.log(1 - best);
  const logs = CONCENTRATIONS.map((all) => {
    const [mine, theirs] = [all * share, all * (1 - share)];
    return rising(mine, candidate) + rising(theirs, others) - rising(all, sessions) - fitting;
  });
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length);
}

/**
 * The part of the false-alarm rate for the n-th split of a rollout, from 1: they sum to 1 however many there come to be, so that the
 * guarantee is the whole rollout's.
 */
export function partOf(n: number): number {
  return 1 / (n * (n + 1));
}

/** Logarithm of a (a + 1) ... (a + n - 1). */
function rising(a: number, n: number): number {
  return logGamma(a + n) - logGamma(a);
}

/** From there on Stirling's series is exact to the last digits. */
const LARGE = 12;

/** Of what is above 0: Stirling's series (Abramowitz and Stegun 6.1.41), and below 12 the recurrence up to there. */
export function logGamma(x: number): number {
  let [large, below] = [x, 0];
  for (; large < LARGE; large += 1) below += Math.log(large);
  const square = 1 / (large * large);
  const series =
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / large;
  return (large - 0.5) * Math.log(large) - large + 0.5 * Math.log(2 * Math.PI) + series - below;
}
