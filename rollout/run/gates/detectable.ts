import type { Plan } from "../../core/plan.ts";
import type { TrackCounts } from "../../core/verdict.ts";
import { type Random, seededRandom } from "../../load/random.ts";
import type { Indicator } from "./indicator.ts";
import { indicatorsOf } from "./indicators.ts";

export interface PlanTraffic {
  /** Of the whole stack. */
  requestsPerSecond: number;
  /** The share of stable's requests that fail; left out: one in a thousand. */
  badShare?: number;
}

/** What one step can find. Seconds are the median of a few simulated rollouts that begin with the step. */
export interface StepPower {
  weight: number;
  bakeSeconds: number;
  /** Until it pauses, where the gates haven't decided. */
  mostSeconds: number;
  /** For each ratio of error shares, after how many seconds it is found; undefined: not within the time watched. */
  found: { ratio: number; seconds: number | undefined }[];
  /** After how many seconds at the earliest a candidate as well as stable passes; undefined: not within the time watched. */
  passes: number | undefined;
}

const USUAL_SHARE = 0.001;
/** Of stable alone, before each. */
const LEARNED_SECONDS = 3600;
/** What isn't found by then is said not to be. */
const MOST_SECONDS = 6 * 3600;
/** Who hasn't passed by then has no traffic to speak of. */
const PASS_SECONDS = 24 * 3600;
const SEEDS = 5;

/**
 * What a plan can find at a stack's traffic: its own gates are played on simulated seconds, with errors that come one by one. The same
 * question has the same answer: the seeds are fixed.
 *
 * @param ratios how many times as often as stable the candidate fails
 */
export function detectable(
  plan: Plan,
  traffic: PlanTraffic,
  ratios: readonly number[] = [2, 10],
): StepPower[] {
  const { badShare = USUAL_SHARE, requestsPerSecond } = traffic;
  return plan.steps.map(({ weight, bakeSeconds, graceSeconds }) => {
    const stage = { plan, weight, badShare, requestsPerSecond };
    const found = ratios.map((ratio) => ({
      ratio,
      seconds: median((seed) => secondsToFail(stage, ratio, seed)),
    }));
    const passes = median((seed) => secondsToPass(stage, seed));
    return { weight, bakeSeconds, mostSeconds: bakeSeconds + graceSeconds, found, passes };
  });
}

/** One step at a stack's traffic. */
export interface PlayedStep {
  plan: Plan;
  weight: number;
  badShare: number;
  requestsPerSecond: number;
}

/** When a candidate that fails so many times as often as stable is found, in seconds after the step's begin. */
export function secondsToFail(stage: PlayedStep, ratio: number, seed: number): number | undefined {
  const [indicators, next] = begun(stage, ratio, seed);
  const errors = indicators.slice(0, 1);
  for (let second = 1; second <= MOST_SECONDS; second += 1) {
    next(errors);
    if (errors.some((each) => each.verdict(false).outcome === "fail")) return second;
  }
  return undefined;
}

/**
 * When it passes, in seconds after the step's begin. Errors and slow requests must; the rest depends on what the application counts.
 *
 * @param ratio how many times as often as stable the candidate fails; 0: never
 */
export function secondsToPass(stage: PlayedStep, seed: number, ratio = 1): number | undefined {
  const [indicators, next] = begun(stage, ratio, seed);
  const asked = indicators.slice(0, 2);
  for (let second = 1; second <= PASS_SECONDS; second += 1) {
    next(asked);
    if (asked.every((each) => each.verdict(true).outcome === "pass")) return second;
  }
  return undefined;
}

/** The gates at a step's begin, and what feeds them another second. */
function begun(
  { plan, weight, badShare, requestsPerSecond }: PlayedStep,
  ratio: number,
  seed: number,
): [Indicator[], (indicators: readonly Indicator[]) => void] {
  const random = seededRandom(seed);
  const track = (requests: number, share: number): TrackCounts => {
    const count = poisson(random, requests);
    const errors = Math.min(count, poisson(random, count * Math.min(1, share)));
    return { requests: count, errors, slow: 0 };
  };
  const indicators = indicatorsOf(plan);
  for (let second = 0; second < LEARNED_SECONDS; second += 1) {
    const stable = track(requestsPerSecond, badShare);
    for (const each of indicators.slice(0, 2)) each.learn(stable);
  }
  for (const each of indicators) each.beginStep();
  const mine = (requestsPerSecond * weight) / 100;
  const next = (some: readonly Indicator[]) => {
    const candidate = track(mine, ratio * badShare);
    const stable = track(requestsPerSecond - mine, badShare);
    for (const each of some) each.observe(candidate, stable);
  };
  return [indicators, next];
}

/** The middle one of a few, where one that isn't there is later than all. */
function median(of: (seed: number) => number | undefined): number | undefined {
  const all = Array.from({ length: SEEDS }, (_, seed) => of(seed + 1) ?? Number.POSITIVE_INFINITY);
  const middle = all.sort((a, b) => a - b)[Math.floor(SEEDS / 2)];
  return middle !== undefined && Number.isFinite(middle) ? middle : undefined;
}

/** A Poisson count: by a product of chances (Knuth), and where there are many by the normal one, which is near. */
function poisson(random: Random, mean: number): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const least = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > least; product *= random()) count += 1;
  return count;
}

/** Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
