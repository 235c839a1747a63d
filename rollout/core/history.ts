import { bakedAt, type RolloutState } from "./state.ts";
import type { AlarmSight, History, MetricSecond } from "./verdict.ts";

/**
 * How much of stable's traffic before the candidate's first is read, in seconds, to know what is usual. A quarter of a day: bursts that
 * are usual show in few of the blocks that their size is learned from.
 */
const BEFORE_SECONDS = 6 * 3600;

/**
 * Where a rollout's history begins, in seconds since the epoch: a quarter of a day before the candidate's first traffic. As
 * long as it has had none, before the rollout's begin.
 */
export function historyFrom({ steps, begunAt }: Pick<RolloutState, "steps" | "begunAt">): number {
  return Math.floor((steps[0]?.from ?? begunAt) / 1000) - BEFORE_SECONDS;
}

/**
 * What the gates judge by. A step begins with a whole second.
 *
 * @param seconds from {@link historyFrom} on
 * @param through until when they reach, in milliseconds since the epoch
 */
export function historyOf(
  state: RolloutState,
  seconds: readonly MetricSecond[],
  through: number,
  alarms?: AlarmSight,
): History {
  const { stable, candidate } = state;
  const steps = state.steps.map(({ weight, from }) => ({ weight, from: Math.ceil(from / 1000) }));
  return { stable, candidate, seconds, steps, baked: through >= bakedAt(state), ...(alarms && { alarms }) };
}
