import { seededRandom } from "../../rollout/load/random.ts";
import { leastRate, newWatched, watch } from "./ours.ts";
import { rollsBackAt, tuned } from "./peers/rule.ts";
import { RIVALS } from "./rivals.ts";
import { DAY, type Day, type Errors, healthyDay, worseDay } from "./streams.ts";

export const RATES = [3, 30, 300];
export const RATIOS = [1.5, 2, 4, 10, 50];
/** In the hour from here, at a moment drawn for each day: off the grid of every rule's interval, and no rule is favoured by its phase. */
export const STARTS = { early: 0, "after 12 h": 12 * 3600 };
export const FALSE_ALARM = 0.01;

export interface Scenario {
  errors: Errors;
  /** Requests per second on the candidate. */
  rate: number;
  /** Healthy days to tune the rivals on. */
  tuning: number;
  /** Other healthy days, to count false rollbacks on. */
  healthy: number;
  /** Days of each regression. */
  worse: number;
}

/** What one method did with one regression; a miss counts as infinitely many requests. */
export interface Cell {
  requests: number[];
  bad: number[];
}

export interface Outcome {
  scenario: Scenario;
  /** Method, then false rollbacks among the healthy days. */
  falseRollbacks: Record<string, number>;
  /** `start ratio`, then method. */
  cells: Record<string, Record<string, Cell>>;
}

/** At the default false-alarm rate, which is a guarantee; and with the rate tuned on the same days as the rivals' thresholds. */
export const OURS = ["ours", "ours, tuned"] as const;

/** Plays one scenario: seeded, so that it gives the same numbers each time. */
export function play(scenario: Scenario): Outcome {
  const { errors, rate } = scenario;
  const seed = RATES.indexOf(rate) * 1e6 + (errors === "bursty" ? 5e6 : 0);
  const thresholds = tuneRivals(scenario, seed);
  const rates = [FALSE_ALARM, tuneOurs(scenario, seed)];
  const outcome: Outcome = { scenario, falseRollbacks: {}, cells: {} };
  for (let day = 0; day < scenario.healthy; day++) {
    const healthy = healthyDay(seededRandom(seed + 200_000 + day), rate, errors);
    const ours = newWatched(healthy, rate, rates);
    watch(ours, healthy, rate, 0, DAY);
    OURS.forEach((name, i) => {
      countFalse(outcome, name, ours.failedAt[i]);
    });
    const scores = scoresOf(healthy, rate);
    RIVALS.forEach(({ name, rule }, i) => {
      countFalse(outcome, name, rollsBackAt(rule, scores[i]!, thresholds[i]!));
    });
  }
  for (let day = 0; day < scenario.worse; day++) playWorse(outcome, thresholds, rates, seed + 400_000 + day);
  return outcome;
}

function tuneOurs({ errors, rate, tuning }: Scenario, seed: number): number {
  const least = Array.from({ length: tuning }, (_, day) =>
    leastRate(healthyDay(seededRandom(seed + day), rate, errors), rate),
  );
  return least.sort((a, b) => a - b)[Math.floor(FALSE_ALARM * tuning)]!;
}

function tuneRivals({ errors, rate, tuning }: Scenario, seed: number): number[] {
  const scores: Float64Array[][] = RIVALS.map(() => []);
  for (let day = 0; day < tuning; day++) {
    const stream = healthyDay(seededRandom(seed + day), rate, errors);
    scoresOf(stream, rate).forEach((ofDay, i) => {
      if (RIVALS[i]!.tuned) scores[i]!.push(ofDay);
    });
  }
  return RIVALS.map(({ rule, tuned: tune }, i) =>
    tune ? tuned(rule, scores[i]!, FALSE_ALARM) : rule.threshold,
  );
}

/** Each rival's scores; the variants of one rule share theirs. */
function scoresOf(day: Day, rate: number): Float64Array[] {
  const known = new Map<string, Float64Array>();
  return RIVALS.map(({ rule }) => {
    const scores = known.get(rule.name) ?? rule.scores(day, rate);
    known.set(rule.name, scores);
    return scores;
  });
}

function countFalse(outcome: Outcome, method: string, at: number | undefined): void {
  outcome.falseRollbacks[method] = (outcome.falseRollbacks[method] ?? 0) + (at === undefined ? 0 : 1);
}

/** One day with each regression from each start; the healthy hours before a late start are gone through once. */
function playWorse(
  outcome: Outcome,
  thresholds: readonly number[],
  rates: readonly number[],
  seed: number,
): void {
  const { errors, rate } = outcome.scenario;
  const random = seededRandom(seed);
  const healthy = healthyDay(random, rate, errors);
  const before = newWatched(healthy, rate, rates);
  let from = 0;
  for (const [label, hour] of Object.entries(STARTS)) {
    const start = hour + Math.floor(3600 * random());
    watch(before, healthy, rate, from, start);
    from = start;
    for (const ratio of RATIOS) {
      const day = worseDay(random, healthy, rate, errors, ratio, start);
      const ours = structuredClone(before);
      watch(ours, day, rate, start, DAY);
      const row = `${label} x${ratio}`;
      OURS.forEach((name, i) => {
        record(cellOf(outcome, row, name), day, rate, start, ours.failedAt[i]);
      });
      const scores = scoresOf(day, rate);
      RIVALS.forEach(({ name, rule }, i) => {
        const at = rollsBackAt(rule, scores[i]!, thresholds[i]!);
        record(cellOf(outcome, row, name), day, rate, start, at);
      });
    }
  }
}

function cellOf({ cells }: Outcome, row: string, method: string): Cell {
  cells[row] ??= {};
  cells[row][method] ??= { requests: [], bad: [] };
  return cells[row][method];
}

/** A rollback before the regression is a false one, counted elsewhere. */
function record(cell: Cell, day: Day, rate: number, start: number, at: number | undefined): void {
  if (at !== undefined && at <= start) return;
  cell.requests.push(at === undefined ? Number.POSITIVE_INFINITY : (at - start) * rate);
  let bad = 0;
  for (let second = start; second < (at ?? DAY); second++) bad += day.candidate[second]!;
  cell.bad.push(bad);
}
