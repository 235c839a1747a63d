import { alarm, type Metric, type Scope, shareInPercent } from "./alarm.ts";

/** What is counted, and of what. */
export interface Burning {
  /** What the alarms' names begin with. */
  suffix: string;
  /** Which requests go wrong: the beginning of a sentence, after a share. */
  what: string;
  /** What to do first. */
  act: string;
  part: Metric;
  whole: Metric;
  /** The percentage of requests that must be good over 30 days. */
  objective: number;
}

const HOURS = 3;
/** How many times too fast the budget goes (Google, The Site Reliability Workbook, "Alerting on SLOs", which looks at it over 6 h). */
const FAST = 6;
/** A share that is bad in any traffic. */
const MAX_ERRORS_IN_PERCENT = 1;
const DAYS = 7;
/**
 * One bad request of few is no outage, nor are a tester's few. Two within a week are over an objective of 99.9 % where a
 * request comes every ten minutes.
 */
const MIN_BAD = { hours: 5, week: 2 };

/**
 * What minutes are too short for: a pilot whose every request fails at one a minute, and a small share of many. Between
 * them and the alarms over minutes nothing fails that none sees, but for what is within the month's budget
 * (test/infra/alarms/coverage.test.ts has the table).
 *
 * Both go on for as long as they look back. So no rollout waits for them: its gates count few requests by themselves.
 *
 * When one of them rings, at most a quarter of the month's budget is gone, or five requests (and what fails in an hour:
 * CloudWatch looks once an hour at what it looks back at for more than a day).
 *
 * A period of a week is the longest that an alarm may have (CloudWatch API Reference, PutMetricAlarm: period times
 * periods at most 604,800 s).
 */
export function burnAlarms(scope: Scope, { suffix, what, act, part, whole, objective }: Burning): void {
  const budget = rounded(100 - objective);
  const fast = rounded(Math.min(FAST * budget, Math.max(MAX_ERRORS_IN_PERCENT, budget)));
  const common = {
    act,
    periods: 1,
    missing: { as: "notBreaching", because: `no requests ${what}` },
  } as const;
  alarm(scope, `${suffix}-hours`, {
    ...common,
    severity: "P2",
    means: `More than ${fast} % of the requests ${what} in ${HOURS} h, and at least ${MIN_BAD.hours}: at this rate the month's error budget is gone in days.`,
    watch: shareInPercent(part, whole, { minPart: MIN_BAD.hours }),
    breach: { above: fast },
    periodInSeconds: HOURS * 3600,
  });
  alarm(scope, `${suffix}-week`, {
    ...common,
    severity: "P3",
    means: `More than ${budget} % of the requests ${what} in ${DAYS} days, and at least ${MIN_BAD.week}: the week's part of the month's error budget is gone.`,
    watch: shareInPercent(part, whole, { minPart: MIN_BAD.week }),
    breach: { above: budget },
    periodInSeconds: DAYS * 86_400,
  });
}

/** 100 - 99.9 isn't 0.1 to a computer. */
function rounded(percent: number): number {
  return Number(percent.toFixed(6));
}
