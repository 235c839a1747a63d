import type { Seen } from "../../../rollout/core/action.ts";
import { LIMITS, type Plan } from "../../../rollout/core/plan.ts";
import type { Reading } from "../../../rollout/core/reading.ts";
import { step } from "../../../rollout/core/replay.ts";
import type { RolloutState, Stage } from "../../../rollout/core/state.ts";
import type { Weights } from "../../../rollout/core/weights.ts";

/** A Wednesday morning, in milliseconds since the epoch. */
export const BEGUN = Date.UTC(2026, 10, 18, 10);

export const plan: Plan = {
  steps: [
    { weight: 10, bakeSeconds: 300, graceSeconds: 600 },
    { weight: 50, bakeSeconds: 1200, graceSeconds: 1800 },
    { weight: 100, bakeSeconds: 3600, graceSeconds: 5400 },
  ],
  freeze: [],
  gates: { errorRate: 0.01, p95Ms: 500, minRequests: 200 },
  limits: LIMITS,
};

/** A rollout from blue to green that has begun and stands at a stage, but for `changes`. */
export function stateAt(stage: Stage, changes: Partial<RolloutState> = {}): RolloutState {
  const begun = step(undefined, {
    kind: "begin",
    rollout: "r1",
    stable: "blue",
    candidate: "green",
    plan,
    at: BEGUN,
    by: "test",
  });
  return { ...begun!, stage, ...changes };
}

/** The same weights in all three places, but for what is said of state and balancer. */
export function reading(config: Weights, state: Weights | null = config, real: Weights = config): Reading {
  return { config, state, real };
}

/** A look at the weights at `at`, after the journal's last entry. */
export function weightsSeen(at: number, read: Reading, { length } = stateAt({ at: "clear" })): Seen {
  return { weights: { at, length, read } };
}
