import type { Counts } from "./counts.ts";

/** What is taken for the dispersion before anything is known has the weight of this many bad requests. */
const PRIOR_BAD = 10;
/** Blocks in which stable's bad requests are counted: much longer than a client's retries, in seconds. */
export const BLOCK_SECONDS = 120;
/** What is learned halves in twelve hours, so that an outage this morning doesn't blunt the gate tonight. */
export const FADES_SECONDS = 12 * 3600;
export const KEEP = 0.5 ** (BLOCK_SECONDS / FADES_SECONDS);

/**
 * How much stable's bad requests come in bursts: the variance of their count over its mean, 1 when they are
 * independent (the dispersion of quasi-likelihood: Wedderburn 1974; McCullagh and Nelder, Generalized Linear Models).
 *
 * Neighbouring blocks are compared with each other, not with the mean, so that slow change of the error rate doesn't count as bursts
 * (von Neumann 1941). At low counts the prior rules, until some 10 bad requests say otherwise. Errors that are in truth
 * independent are judged soundly whatever is estimated: an e-value raised to a power below 1 is one.
 */
export interface Dispersion {
  prior: number;
  squares: number;
  bad: number;
  pairs: number;
  previous: Counts | undefined;
}

/** @param prior what to take the dispersion for before anything is known */
export function newDispersion(prior: number): Dispersion {
  return { prior, squares: 0, bad: 0, pairs: 0, previous: undefined };
}

/** Learns from one block of stable's stream; blocks are taken in disjoint pairs. */
export function learnBlock(dispersion: Dispersion, block: Counts): void {
  dispersion.squares *= KEEP;
  dispersion.bad *= KEEP;
  dispersion.pairs *= KEEP;
  const { previous } = dispersion;
  if (block.requests === 0) return;
  dispersion.previous = previous ? undefined : { requests: block.requests, bad: block.bad };
  if (!previous) return;
  const difference = previous.bad * block.requests - block.bad * previous.requests;
  dispersion.squares += difference ** 2 / (previous.requests * block.requests);
  dispersion.bad += previous.bad + block.bad;
  dispersion.pairs++;
}

/**
 * The dispersion to judge by, at least 1: one standard error above the estimate. The error is that of bursts of geometric
 * size (few large ones make most of the variance) and of the number of pairs; it vanishes as the estimate nears 1. It counts as far as
 * there is an estimate: where stable had no bad request nothing was estimated, however long the history, and the prior stands.
 */
export function phiOf({ prior, squares, bad, pairs }: Dispersion): number {
  const known = PRIOR_BAD + bad;
  const phi = Math.max(1, (prior * PRIOR_BAD + squares) / known);
  const variance = (1 - 1 / phi) * ((2.5 * (phi + 1)) / known + 2 / (pairs + 1));
  return phi * (1 + Math.min(1, bad / PRIOR_BAD) * Math.sqrt(variance));
}
