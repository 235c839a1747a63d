import type { Expression } from "./expression.ts";
import type { Statistic } from "./statistic.ts";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** What CloudWatch knows a metric by. */
export interface MetricId {
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}

export interface MetricQuery {
  metric: MetricId;
  statistic: Statistic;
}

export type ComparisonOperator =
  | "GreaterThanThreshold"
  | "GreaterThanOrEqualToThreshold"
  | "LessThanThreshold"
  | "LessThanOrEqualToThreshold";

export type MissingData = "missing" | "ignore" | "breaching" | "notBreaching";

interface Common {
  name: string;
  arn: string;
  description: string;
  /** ARNs of the topics that are told when the alarm enters a state. */
  actions: Record<AlarmState, string[]>;
}

/** An alarm on one metric, or on an expression over several, by their ids. */
export interface MetricAlarm extends Common {
  kind: "metric";
  watch:
    | { query: MetricQuery }
    | { text: string; expression: Expression; queries: Record<string, MetricQuery> };
  periodSeconds: number;
  /** N: the most recent data points that are looked at. */
  evaluationPeriods: number;
  /** M: how many of the N must breach. */
  datapointsToAlarm: number;
  comparison: ComparisonOperator;
  threshold: number;
  missing: MissingData;
  /** What becomes of a percentile of too few samples. */
  lowSamples: "evaluate" | "ignore";
}

/** An alarm on other alarms' states. */
export interface CompositeAlarm extends Common {
  kind: "composite";
  ruleText: string;
  rule: CompositeRule;
}

export type Alarm = MetricAlarm | CompositeAlarm;

/** Every metric that an alarm looks at. */
export function queriesOf({ watch }: MetricAlarm): MetricQuery[] {
  return "query" in watch ? [watch.query] : Object.values(watch.queries);
}

/**
 * A composite alarm's rule (CloudWatch API Reference, "PutCompositeAlarm"): ALARM, OK and INSUFFICIENT_DATA of an alarm's name
 * or ARN, TRUE and FALSE, joined by AND, OR, NOT and parentheses. NOT binds tightest, then AND.
 */
export type CompositeRule =
  | { is: "constant"; value: boolean }
  | { is: "state"; state: AlarmState; alarm: string }
  | { is: "not"; of: CompositeRule }
  | { is: "and" | "or"; left: CompositeRule; right: CompositeRule };
