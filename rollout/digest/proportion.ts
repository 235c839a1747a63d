/** How many were bad, of how many; by the hour where it is known, to see whether they came in bursts. */
export interface Proportion {
  bad: number;
  total: number;
}

export interface ProportionTest {
  /** Two-sided: how often chance alone makes a difference as large as this one. */
  p: number;
  test: "two-proportion z-test" | "Fisher's exact test";
  /** The variance of the hourly counts over what independent requests would have; 1 when they are. */
  dispersion: number;
  /** What chance makes more often than once in 20 times. */
  noise: boolean;
}

const SIGNIFICANT = 0.05;
/** Below this expected count in any of the four cells the normal approximation is poor (Cochran 1954). */
const LEAST_EXPECTED = 5;

/**
 * Whether two shares differ by more than chance makes them.
 *
 * Bad requests come in bursts, and a test that takes them for independent finds a change in every week. So the z-test's
 * variance is multiplied by the dispersion of the hours (quasi-likelihood: McCullagh and Nelder, Generalized Linear Models).
 *
 * @param blocks the hours of both, to estimate the dispersion from
 * @returns undefined when one has no requests
 */
export function compare(
  a: Proportion,
  b: Proportion,
  blocks: readonly (readonly Proportion[])[] = [],
): ProportionTest | undefined {
  if (a.total === 0 || b.total === 0) return undefined;
  const total = a.total + b.total;
  const bad = a.bad + b.bad;
  const least = Math.min(bad, total - bad) * (Math.min(a.total, b.total) / total);
  const dispersion = dispersionOf(blocks);
  if (least < LEAST_EXPECTED) {
    const p = fisher(a, b);
    return { p, test: "Fisher's exact test", dispersion, noise: p >= SIGNIFICANT };
  }
  const pooled = bad / total;
  const variance = dispersion * pooled * (1 - pooled) * (1 / a.total + 1 / b.total);
  const p = twoSided((a.bad / a.total - b.bad / b.total) / Math.sqrt(variance));
  return { p, test: "two-proportion z-test", dispersion, noise: p >= SIGNIFICANT };
}

/** Pearson's statistic of the blocks against the share of their own group, over its degrees of freedom; at least 1. */
export function dispersionOf(groups: readonly (readonly Proportion[])[]): number {
  let squares = 0;
  let freedom = 0;
  for (const group of groups) {
    const blocks = group.filter(({ total }) => total > 0);
    const share = sum(blocks, "bad") / sum(blocks, "total");
    if (!(share > 0 && share < 1)) continue;
    for (const { bad, total } of blocks)
      squares += (bad - share * total) ** 2 / (total * share * (1 - share));
    freedom += blocks.length - 1;
  }
  return freedom > 0 ? Math.max(1, squares / freedom) : 1;
}

function sum(blocks: readonly Proportion[], of: keyof Proportion): number {
  return blocks.reduce((all, block) => all + block[of], 0);
}

/**
 * Two-sided: the probability of all tables with these margins that are no likelier than the one that was seen. Taken outwards
 * from the mode by the ratio of neighbours, so that nothing under- or overflows.
 */
export function fisher(a: Proportion, b: Proportion): number {
  const draws = a.bad + b.bad;
  const least = Math.max(0, draws - b.total);
  const most = Math.min(draws, a.total);
  const weights = new Map<number, number>();
  const mode = Math.min(
    most,
    Math.max(least, Math.floor(((draws + 1) * (a.total + 1)) / (a.total + b.total + 2))),
  );
  weights.set(mode, 1);
  // P(k + 1) / P(k)
  const ratio = (k: number) => ((a.total - k) * (draws - k)) / ((k + 1) * (b.total - draws + k + 1));
  for (let k = mode, weight = 1; k < most && weight > 1e-25; k++) {
    weight *= ratio(k);
    weights.set(k + 1, weight);
  }
  for (let k = mode, weight = 1; k > least && weight > 1e-25; k--) {
    weight /= ratio(k - 1);
    weights.set(k - 1, weight);
  }
  const seen = weights.get(a.bad) ?? 0;
  let all = 0;
  let asRare = 0;
  for (const weight of weights.values()) {
    all += weight;
    // As likely but for rounding.
    if (weight <= seen * (1 + 1e-7)) asRare += weight;
  }
  return asRare / all;
}

/** Two tails of the normal distribution: erfc(|z| / sqrt 2), to 1.2e-7 (Numerical Recipes, "erfcc"). */
function twoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const series = ERFC.reduceRight((above, coefficient) => coefficient + t * above, 0);
  return Math.min(1, t * Math.exp(-x * x + series));
}

const ERFC = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
];
