import { type Duration, milliseconds, seconds } from "../../infra/settings/duration.ts";
import { type Freeze, frozenUntil, parseFreeze } from "./freeze.ts";

/** How a rollout goes. Written into the journal when it begins: a restart goes on by the same plan. Plain data. */
export interface Plan {
  /** Rising, the last at 100. */
  steps: readonly PlanStep[];
  freeze: readonly Freeze[];
  gates: PlanGates;
  limits: Limits;
}

export interface PlanStep {
  /** The candidate's share in whole percent. */
  weight: number;
  bakeSeconds: number;
  /** How long after the bake the gates may still wait for data, before the rollout pauses and tells. */
  graceSeconds: number;
}

export interface PlanGates {
  /** The largest share of requests that may fail. */
  errorRate: number;
  /** 95 % of requests must be faster, in milliseconds. */
  p95Ms: number;
  minRequests: number;
}

/** Every wait is bounded: a run ends. */
export interface Limits {
  /** How often an act is tried before it is given up. */
  attempts: number;
  retrySeconds: number;
  /** How long the balancer may take to show the weights that it was given. */
  verifySeconds: number;
  /** How long the balancer, the config or the state may be unreadable. */
  readSeconds: number;
  /** How long servers may take to be enough. */
  capacitySeconds: number;
  /** How long a pause may last before the run ends and pages. */
  patienceSeconds: number;
  /** How long the servers of the track without traffic stay: for the post-mortem, or for a late way back. */
  keepSeconds: number;
}

export const LIMITS: Limits = {
  attempts: 3,
  retrySeconds: 2,
  verifySeconds: 60,
  readSeconds: 60,
  capacitySeconds: 15 * 60,
  patienceSeconds: 24 * 3600,
  keepSeconds: 3600,
};

/** The shape of `rollout:plan` once it is parsed. */
export interface PlanSettings {
  steps: readonly { weight: number; bake: Duration }[];
  gates: { errorRate: { max: number }; latency: { p95: Duration }; minRequests: number };
  freeze: readonly string[];
}

/**
 * @param settings `rollout:plan`, checked by the schema
 * @throws {RangeError} when the freeze windows together leave no time to act, or the steps don't rise to 100
 */
export function planOf(settings: PlanSettings, limits: Partial<Limits> = {}): Plan {
  const { gates } = settings;
  const plan: Plan = {
    steps: settings.steps.map(({ weight, bake }) => stepOf(weight, seconds(bake))),
    freeze: settings.freeze.map(parseFreeze),
    gates: {
      errorRate: gates.errorRate.max,
      p95Ms: milliseconds(gates.latency.p95),
      minRequests: gates.minRequests,
    },
    limits: { ...LIMITS, ...limits },
  };
  checkPlan(plan);
  return plan;
}

/** As long again as the bake, and 10 minutes at least: metrics come late. */
function stepOf(weight: number, bakeSeconds: number): PlanStep {
  return { weight, bakeSeconds, graceSeconds: Math.max(600, bakeSeconds) };
}

/** @throws {RangeError} see {@link planOf} */
export function checkPlan({ steps, freeze }: Plan): void {
  for (const [i, { weight }] of steps.entries()) {
    const before = steps[i - 1]?.weight ?? 0;
    if (!Number.isInteger(weight) || weight <= before || weight > 100) {
      throw new RangeError(`steps must rise in whole percents: ${weight} comes after ${before}`);
    }
  }
  if (steps.at(-1)?.weight !== 100) throw new RangeError("the last step must be 100");
  if (frozenUntil(freeze, 0) === Number.POSITIVE_INFINITY) {
    throw new RangeError(
      `the freeze windows leave no time to act: ${freeze.map(({ text }) => text).join(", ")}`,
    );
  }
}

/** A stack's first release has nothing to shift from: it takes all traffic in one step, and bakes as the last does. */
export function planOfFirst(plan: Plan): Plan {
  return { ...plan, steps: plan.steps.slice(-1) };
}
