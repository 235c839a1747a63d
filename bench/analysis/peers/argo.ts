import { inBlocks } from "../streams.ts";
import type { Rule } from "./rule.ts";

/**
 * Argo Rollouts: background analysis with the documented metric: every 5 minutes the success rate must be at least 95 %, failureLimit
 * 3. The metric fails when the number of failed measurements exceeds the limit, so at the fourth.
 * Source: argo-rollouts docs/features/analysis.md, "Background analysis"; analysis_types.go ("maximum number of times the
 * measurement is allowed to fail", default 0).
 */
export function argo(failureLimit: number): Rule {
  return {
    name: "Argo Rollouts",
    interval: 300,
    failures: failureLimit + 1,
    threshold: 0.05,
    scores: (day, rate) => inBlocks(day.candidate, 300).map((bad) => bad / (300 * rate)),
  };
}
