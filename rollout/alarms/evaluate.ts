import { member } from "../../infra/sure.ts";
import { resultOf } from "./expression.ts";
import { evaluationRange, type Point, stateOf } from "./missing.ts";
import type { AlarmState, MetricAlarm, MetricQuery } from "./model.ts";
import { minSamples, statisticOver } from "./statistic.ts";
import type { MetricStore } from "./store.ts";

const DAY = 86_400;

/** What an evaluation made of the data. */
export interface Judgement {
  /** `retain`: the alarm stays in the state that it has. */
  state: AlarmState | "retain";
  /** The values that were looked at, newest first; undefined where there is none. */
  values: (number | undefined)[];
  reason: string;
}

/**
 * How often CloudWatch evaluates an alarm, in seconds: each minute, or each hour when it looks back over more than a day
 * (CloudWatch User Guide, "Alarm evaluation").
 */
export function evaluatedEvery({ periodSeconds, evaluationPeriods }: MetricAlarm): number {
  return periodSeconds * evaluationPeriods > DAY ? 3600 : 60;
}

/**
 * Evaluates an alarm as of a moment. Its periods end at that moment and slide along with it, as CloudWatch's default window
 * does. That metrics arrive a minute or more late is left out.
 *
 * @param at epoch seconds, a whole minute
 */
export function evaluate(alarm: MetricAlarm, store: MetricStore, at: number): Judgement {
  const values = valuesAt(alarm, store, at);
  if (isLowOnSamples(alarm, store, at)) {
    return { state: "retain", values, reason: "Too few samples for the percentile: the state is kept." };
  }
  const points = values.map((value): Point => {
    if (value === undefined) return "missing";
    return breaches(alarm, value) ? "breach" : "ok";
  });
  return { state: stateOf(points, alarm), values, reason: reasonOf(alarm, points, values) };
}

/** Newest first. As many as are judged by are enough: older ones stand in for those that are missing. */
function valuesAt(alarm: MetricAlarm, store: MetricStore, at: number): (number | undefined)[] {
  const { evaluationPeriods, periodSeconds } = alarm;
  const values: (number | undefined)[] = [];
  for (let real = 0; real < evaluationPeriods && values.length < evaluationRange(evaluationPeriods); ) {
    const to = at - values.length * periodSeconds;
    const value = valueIn(alarm, store, to - periodSeconds, to);
    if (value !== undefined) real += 1;
    values.push(value);
  }
  return values;
}

function valueIn({ watch }: MetricAlarm, store: MetricStore, from: number, to: number): number | undefined {
  const value = ({ metric, statistic }: MetricQuery) =>
    statisticOver(statistic, store.between(metric, from, to));
  if ("query" in watch) return value(watch.query);
  return resultOf(watch.expression, (id) => value(member(watch.queries, id)));
}

/** Only with `ignore`, and only where there are samples at all: their absence is missing data. */
function isLowOnSamples(alarm: MetricAlarm, store: MetricStore, at: number): boolean {
  if (alarm.lowSamples !== "ignore" || !("query" in alarm.watch)) return false;
  const { statistic, metric } = alarm.watch.query;
  if (statistic.kind !== "percentile") return false;
  const from = at - alarm.evaluationPeriods * alarm.periodSeconds;
  const samples = store.between(metric, from, at).length;
  return samples > 0 && samples < minSamples(statistic.percent);
}

/** Whether a value is beyond the alarm's threshold. */
export function breaches({ comparison, threshold }: MetricAlarm, value: number): boolean {
  switch (comparison) {
    case "GreaterThanThreshold":
      return value > threshold;
    case "GreaterThanOrEqualToThreshold":
      return value >= threshold;
    case "LessThanThreshold":
      return value < threshold;
    case "LessThanOrEqualToThreshold":
      return value <= threshold;
  }
}

const WORDS = {
  GreaterThanThreshold: "greater than",
  GreaterThanOrEqualToThreshold: "greater than or equal to",
  LessThanThreshold: "less than",
  LessThanOrEqualToThreshold: "less than or equal to",
};

/** In the words of CloudWatch's own StateReason. */
function reasonOf(alarm: MetricAlarm, points: Point[], values: (number | undefined)[]): string {
  const { evaluationPeriods: n, comparison, threshold, missing } = alarm;
  const shown = values.filter((value) => value !== undefined).slice(0, n);
  if (shown.length === 0) {
    const as = missing === "breaching" || missing === "notBreaching";
    const treated = as ? ` and ${n} missing datapoints were treated as [${missing}]` : "";
    return `Threshold Crossed: no datapoints were received for ${n} period(s)${treated}.`;
  }
  const breaching = points.filter((point) => point !== "missing").slice(0, n);
  const count = breaching.filter((point) => point === "breach").length;
  const numbers = shown.map((value) => Number(value.toPrecision(6))).join(", ");
  const filled = n - shown.length;
  const rest = filled > 0 ? `; ${filled} missing, treated as [${missing}]` : "";
  return `Threshold Crossed: ${count} of the last ${shown.length} datapoints [${numbers}] ${WORDS[comparison]} the threshold (${threshold})${rest}.`;
}
