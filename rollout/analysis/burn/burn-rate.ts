import { nth } from "../../../infra/sure.ts";
import { type Counts, share } from "../counts.ts";

/** One pair of windows: both must burn the error budget at `factor` times the rate that would just use it up. */
export interface BurnRule {
  severity: "page" | "ticket";
  factor: number;
  longSeconds: number;
  shortSeconds: number;
}

const HOUR = 3600;

/**
 * For a 30-day objective such as 99.9 %. The long window says that it matters, the short one that it is still going on.
 * Source: The Site Reliability Workbook (Google, 2018), chapter 5, table 5-8.
 */
export const BURN_RULES: readonly BurnRule[] = [
  { severity: "page", factor: 14.4, longSeconds: HOUR, shortSeconds: HOUR / 12 },
  { severity: "page", factor: 6, longSeconds: 6 * HOUR, shortSeconds: HOUR / 2 },
  { severity: "ticket", factor: 1, longSeconds: 72 * HOUR, shortSeconds: 6 * HOUR },
];

export interface Burn extends BurnRule {
  /** Times the rate that would just use up the budget, over each window. */
  long: number;
  short: number;
  burning: boolean;
}

/** The windows' counts, of every rule. */
export interface BurnCounts {
  long: Counts;
  short: Counts;
}

/**
 * How fast the error budget burns, from counts that are added up, one pair for each of {@link BURN_RULES}.
 *
 * A window that the stream is too young for is judged by what there is: a new stack that fails every request must not be safe for an
 * hour. Below `minRequests` in the short window nothing burns: no data is not a failure.
 *
 * @param objective the share that must be good, such as 0.999
 */
export function burnsOf(objective: number, windows: readonly BurnCounts[], minRequests: number): Burn[] {
  if (!(objective > 0 && objective < 1))
    throw new RangeError(`objective must be between 0 and 1, it is ${objective}`);
  // Of 1 - 0.999 no more than is meant: it is 0.0010000000000000009.
  const budget = Number((1 - objective).toPrecision(12));
  return BURN_RULES.map((rule, index) => {
    const { long, short } = nth(windows, index);
    const rates = { long: share(long) / budget, short: share(short) / budget };
    const burning = short.requests >= minRequests && rates.long >= rule.factor && rates.short >= rule.factor;
    return { ...rule, ...rates, burning };
  });
}
