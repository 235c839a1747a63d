/** How many successes are plausible, both ends included. */
export interface Bounds {
  low: number;
  high: number;
}

/**
 * The exact central interval of a binomial distribution: if each of `trials` requests goes to a track independently
 * with probability `share`, the track's count lies within the bounds with at least the given confidence, and falls
 * below or above with at most half the rest each.
 *
 * The bounds are the quantiles at (1 - confidence) / 2 and 1 - (1 - confidence) / 2, with the quantile at q being the
 * smallest k with P(X <= k) >= q (as R's `qbinom` defines it). No approximation: the probabilities come from the ratio
 * of neighbours, P(k + 1) / P(k) = (n - k) / (k + 1) * p / (1 - p), taken outwards from the mode and then normalised, so
 * nothing under- or overflows.
 *
 * @param share from 0 to 1
 * @param confidence such as 0.99
 */
export function binomialBounds(trials: number, share: number, confidence = 0.99): Bounds {
  if (!Number.isInteger(trials) || trials < 0) throw new RangeError("trials must be a whole number");
  if (!(share >= 0 && share <= 1)) throw new RangeError("share must be from 0 to 1");
  if (!(confidence > 0 && confidence < 1)) throw new RangeError("confidence must be between 0 and 1");
  if (share === 0 || trials === 0) return { low: 0, high: 0 };
  if (share === 1) return { low: trials, high: trials };

  const { first, weights } = aroundTheMode(trials, share);
  const tail = ((1 - confidence) / 2) * weights.reduce((total, weight) => total + weight, 0);
  return {
    low: first + firstWhere(weights, (running) => running >= tail),
    // From the other end, so that a small tail isn't lost in the rounding of a sum near one.
    high: first + weights.length - 1 - firstWhere(weights.toReversed(), (running) => running > tail),
  };
}

/** Weights proportional to P(X = first), P(X = first + 1), ...: all that matter in double precision. */
function aroundTheMode(trials: number, share: number): { first: number; weights: number[] } {
  const mode = Math.min(trials, Math.floor((trials + 1) * share));
  const odds = share / (1 - share);
  const negligible = 1e-25;
  const below: number[] = [];
  for (let k = mode, weight = 1; k > 0 && weight > negligible; k--) {
    weight *= k / (trials - k + 1) / odds;
    below.push(weight);
  }
  const above: number[] = [];
  for (let k = mode, weight = 1; k < trials && weight > negligible; k++) {
    weight *= ((trials - k) / (k + 1)) * odds;
    above.push(weight);
  }
  return { first: mode - below.length, weights: [...below.reverse(), 1, ...above] };
}

/** The first index at which the sum of the weights up to it meets the condition. */
function firstWhere(weights: number[], met: (running: number) => boolean): number {
  let running = 0;
  for (const [index, weight] of weights.entries()) {
    running += weight;
    if (met(running)) return index;
  }
  return weights.length - 1;
}
