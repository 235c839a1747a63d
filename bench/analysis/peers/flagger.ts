import { inBlocks } from "../streams.ts";
import type { Rule } from "./rule.ts";

/**
 * Flagger: each `interval` (60 s by default) the metric `request-success-rate` over the last minute must be at least 99 %; when `threshold`
 * checks have failed it rolls back. Failed checks are counted over the whole analysis.
 * Source: docs.flagger.app, "How it works" (interval default 60s, threshold 10) and "Metrics analysis" (min: 99).
 */
export function flagger(failures: number): Rule {
  return {
    name: "Flagger",
    interval: 60,
    failures,
    threshold: 0.01,
    scores: (day, rate) => inBlocks(day.candidate, 60).map((bad) => bad / (60 * rate)),
  };
}
