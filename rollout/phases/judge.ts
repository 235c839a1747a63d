import { member } from "../../infra/sure.ts";
import {
  type Criterion,
  type GoNoGo,
  type Judged,
  judgeCriterion,
  outcomeOf,
  type Role,
  type SuppliedMetrics,
} from "./criterion.ts";
import type { Cohort, Phases } from "./schema.ts";
import { launchScore, SCORE_METRIC } from "./score.ts";

export interface PhaseVerdict {
  phase: string;
  description: string;
  /** The stack whose users it is for; null: any. */
  stack: string | null;
  cohort: Cohort;
  /** The go/no-go checkpoint before it; null: its own criteria alone. */
  checkpoint: { name: string; day: number | null } | null;
  outcome: GoNoGo;
  criteria: (Judged & { from: "entry" | "checkpoint" })[];
}

/**
 * Whether a phase may be entered: its entry criteria and its checkpoint's GO criteria must hold, and no NO-GO trigger of
 * either.
 *
 * @param name of a phase in `phases`
 * @param unread why a metric that is missing couldn't be read
 */
export function judgePhase(
  { phases, checkpoints }: Phases,
  name: string,
  metrics: SuppliedMetrics,
  unread: ReadonlyMap<string, string> = new Map(),
): PhaseVerdict {
  const { description, stack, cohort, checkpoint, entry, noGo } = member(phases, name);
  const before = checkpoint === undefined ? undefined : member(checkpoints, checkpoint);
  const { score, why } = launchScore(metrics);
  const known = score === null ? metrics : new Map([...metrics, [SCORE_METRIC, score]]);
  const judged = (criterion: Criterion, role: Role) => {
    const found = judgeCriterion(criterion, role, known);
    const withoutScore = score === null && criterion.metric === SCORE_METRIC;
    if (withoutScore) return { ...found, why: `${SCORE_METRIC} can't be worked out: ${why}` };
    const failed = found.measured === null ? unread.get(criterion.metric) : undefined;
    return failed === undefined ? found : { ...found, why: failed };
  };
  const judge = (from: "entry" | "checkpoint", go: readonly Criterion[], stop: readonly Criterion[]) => [
    ...go.map((criterion) => ({ from, ...judged(criterion, "go") })),
    ...stop.map((criterion) => ({ from, ...judged(criterion, "no-go") })),
  ];
  const criteria = [
    ...judge("entry", entry, noGo),
    ...(before ? judge("checkpoint", before.go, before.noGo) : []),
  ];
  return {
    phase: name,
    description,
    stack: stack ?? null,
    cohort,
    checkpoint: before && checkpoint !== undefined ? { name: checkpoint, day: before.day ?? null } : null,
    outcome: outcomeOf(criteria),
    criteria,
  };
}
