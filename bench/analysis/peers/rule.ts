import type { Day } from "../streams.ts";

/**
 * A rival's rule as a score per check: it rolls back at the check at which `failures` checks have scored above the
 * threshold. So one pass over a day serves the documented threshold and the tuned one.
 */
export interface Rule {
  name: string;
  /** Seconds between checks. */
  interval: number;
  /** Checks that must fail, in total over the day, before it rolls back. */
  failures: number;
  /** The documented threshold on the score. */
  threshold: number;
  scores(day: Day, rate: number): Float64Array;
}

/** The second at which the rule rolls back, or undefined. */
export function rollsBackAt(rule: Rule, scores: Float64Array, threshold: number): number | undefined {
  let failed = 0;
  for (let check = 0; check < scores.length; check++) {
    if (scores[check]! > threshold && ++failed >= rule.failures) return (check + 1) * rule.interval;
  }
  return undefined;
}

/** The lowest threshold with which at most `falseAlarm` of the healthy days are rolled back. */
export function tuned(rule: Rule, healthy: readonly Float64Array[], falseAlarm: number): number {
  const needed = healthy.map((scores) => scores.toSorted().at(-rule.failures)!).sort((a, b) => b - a);
  return needed[Math.floor(falseAlarm * needed.length)]!;
}
