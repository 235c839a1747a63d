import { inBlocks, STABLE_PER_CANDIDATE } from "../streams.ts";
import type { Rule } from "./rule.ts";

/** Minutes in a window: spinnaker.io, "Best practices for configuring canary": an interval of one hour, at least 50 points. */
const POINTS = 60;
/** The part of the Hodges-Lehmann estimate that is tolerated, and the 98 % interval's normal quantile: NetflixACAJudge. */
const TOLERANCE = 0.25;
const Z_98 = 2.326;

/**
 * Kayenta: each hour the judge compares the error rate per minute of candidate and baseline by Mann-Whitney: it is High when the
 * lower end of the 98 % confidence interval of the shift lies above a quarter of the Hodges-Lehmann estimate. One High metric fails
 * the run. Source: spinnaker/kayenta NetflixACAJudge.scala and MannWhitneyClassifier.scala (fraction 0.25, confLevel 0.98).
 *
 * The score is the quantile of the widest interval that is still High. Ties count half, which favours Kayenta:
 * with few errors most minutes are ties.
 */
export const kayenta: Rule = {
  name: "Kayenta",
  interval: 3600,
  failures: 1,
  threshold: Z_98,
  scores(day) {
    const candidate = inBlocks(day.candidate, 60);
    const stable = inBlocks(day.stable, 60);
    return Float64Array.from({ length: candidate.length / POINTS }, (_, hour) => {
      const [from, to] = [hour * POINTS, (hour + 1) * POINTS];
      return widestHigh(candidate.subarray(from, to), stable.subarray(from, to));
    });
  },
};

/** Rates per minute are compared in units of one bad request of stable: whole numbers, so that a tie is a tie. */
function widestHigh(candidate: Float64Array, stable: Float64Array): number {
  const differences = new Float64Array(POINTS * POINTS);
  for (let i = 0; i < POINTS; i++) {
    for (let j = 0; j < POINTS; j++) {
      differences[i * POINTS + j] = candidate[i]! * STABLE_PER_CANDIDATE - stable[j]!;
    }
  }
  differences.sort();
  const half = differences.length / 2;
  const estimate = (differences[half - 1]! + differences[half]!) / 2;
  const bound = TOLERANCE * Math.abs(estimate);
  let above = 0;
  for (const difference of differences) above += difference > bound ? 1 : difference === bound ? 0.5 : 0;
  return (above - half) / Math.sqrt((POINTS * POINTS * (2 * POINTS + 1)) / 12);
}
