import type { Counts } from "./counts.ts";

/** A track is quiet again after this long without a bad request: longer than between a client's retries, in seconds. */
const QUIET_SECONDS = 5;

/** How long a track has been without a bad request, in seconds, as far as it matters. */
export interface Refractory {
  quiet: number;
}

export function newRefractory(): Refractory {
  return { quiet: QUIET_SECONDS };
}

/**
 * The requests at which a burst could begin, and whether one did: what a track answers while it is quiet, up to the interval of its first bad request.
 * The rest of a burst counts nothing, so one client's retries count once.
 *
 * The chance per request that a burst begins is the same for both tracks whatever their traffic, as what doesn't count is left out of
 * the requests too. Whether an interval counts is known before it.
 */
export function burstStarts(refractory: Refractory, { requests, bad }: Counts, seconds: number): Counts {
  const quiet = refractory.quiet >= QUIET_SECONDS;
  refractory.quiet = bad > 0 ? 0 : Math.min(QUIET_SECONDS, refractory.quiet + seconds);
  return quiet ? { requests, bad: Math.min(1, bad) } : { requests: 0, bad: 0 };
}

/**
 * What is learned of the chance that a burst begins: of an interval in which one did, the requests up to its first bad one, as many as are to be expected
 * at the chance that is known. A track with much traffic is seldom quiet for a whole interval: if all its requests counted, bursts would look rarer on it than
 * on one with little traffic.
 *
 * @param chance of each request, as far as it is known; 0: not at all
 */
export function upToBurst({ requests, bad }: Counts, chance: number): Counts {
  if (bad === 0) return { requests, bad };
  const expected = chance * requests;
  // The mean of an exponential wait, given that it ended within the interval.
  const waited = expected > 1e-3 ? 1 / chance - requests / Math.expm1(expected) : requests / 2;
  // And half of the one that ended it.
  return { requests: Math.min(requests, waited + 0.5), bad };
}
