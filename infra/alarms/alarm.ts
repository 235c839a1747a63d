import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { SEVERITIES, type Severity } from "../watch/alerts.ts";

/** Where alarms are made: what their names begin with, what they belong to, whom they tell. */
export interface Scope {
  prefix: string;
  stack: string;
  child: pulumi.CustomResourceOptions;
  /** Waits until a metric has its first figure: see hooks/speaking.ts. */
  onceSpeaking: pulumi.ResourceHook;
  topics: Record<Severity, pulumi.Input<string>>;
}

type Dimensions = Record<string, pulumi.Input<string>>;

/** A CloudWatch metric, over one period. `statistic` may be a percentile such as `p95`, in an expression that counts its samples. */
export interface Metric {
  namespace: string;
  name: string;
  dimensions: Dimensions;
  statistic: string;
}

export interface AlarmRule {
  severity: Severity;
  /** What has happened, for who is woken by it: whole sentences. */
  means: string;
  /** What to do first. */
  act: string;
  /** A metric, or an expression over several, by their ids. */
  watch: Metric | { expression: string; metrics: Record<string, Metric> };
  breach: { above: number } | { atLeast: number } | { below: number };
  periodInSeconds: number;
  /** How many of the last `outOf` periods must breach; `outOf` is the same number unless given. */
  periods: number;
  outOf?: number;
  /** What no data counts as, and what it means. `breaching` is for a metric of its own, not for an expression. */
  missing: { as: "breaching" | "notBreaching" | "ignore"; because: string };
}

/** How many there must be before their share says anything. */
interface Least {
  minWhole?: number;
  minPart?: number;
}

/**
 * A part as a percentage of a whole; 0 while either is too small to say anything. CloudWatch sends no figure for a
 * count of 0, so without a whole there is no data.
 *
 * There is only one part, because it isn't documented what FILL makes of a metric that has never had a figure.
 */
export function shareInPercent(
  part: Metric,
  whole: Metric,
  { minWhole, minPart }: Least,
): AlarmRule["watch"] {
  const enough = [
    ...(minWhole === undefined ? [] : [`whole >= ${minWhole}`]),
    ...(minPart === undefined ? [] : [`FILL(part, 0) >= ${minPart}`]),
  ];
  return {
    expression: `IF(${enough.join(" AND ")}, 100 * FILL(part, 0) / whole, 0)`,
    metrics: { part, whole },
  };
}

/**
 * An alarm that tells the topic of its severity when it begins. Its end is told by ends.ts. An `okActions` here would
 * also send a message for each new alarm, because a new one goes from INSUFFICIENT_DATA to OK (CloudWatch API
 * Reference, PutMetricAlarm).
 */
export function alarm(scope: Scope, suffix: string, rule: AlarmRule): aws.cloudwatch.MetricAlarm {
  return new aws.cloudwatch.MetricAlarm(
    `${scope.prefix}-${suffix}`,
    {
      alarmDescription: description(scope, rule),
      ...watched(rule),
      ...comparison(rule.breach),
      evaluationPeriods: rule.outOf ?? rule.periods,
      datapointsToAlarm: rule.periods,
      treatMissingData: rule.missing.as,
      alarmActions: [scope.topics[rule.severity]],
    },
    rule.missing.as === "breaching" ? { ...scope.child, hooks: hooksOf(scope) } : scope.child,
  );
}

function hooksOf({ onceSpeaking }: Scope): pulumi.CustomResourceOptions["hooks"] {
  return { beforeCreate: [onceSpeaking], beforeUpdate: [onceSpeaking] };
}

/** At most 1,024 characters (CloudWatch API, PutMetricAlarm): the sentences above stay far below. */
function description({ stack }: Scope, { severity, means, act, missing }: AlarmRule): string {
  const { answer } = SEVERITIES[severity];
  return `${openingOf(severity, stack)} answer ${answer}. ${means} ${act} No data: ${missing.because}.`;
}

/** How the description of an alarm begins: by it ends.ts and the drill of alarms know whose it is. */
export function openingOf(severity: Severity, stack: string): string {
  return `${severity} of ${stack},`;
}

function comparison(breach: AlarmRule["breach"]) {
  if ("above" in breach) return { comparisonOperator: "GreaterThanThreshold", threshold: breach.above };
  if ("below" in breach) return { comparisonOperator: "LessThanThreshold", threshold: breach.below };
  return { comparisonOperator: "GreaterThanOrEqualToThreshold", threshold: breach.atLeast };
}

function watched({ watch, periodInSeconds }: AlarmRule) {
  if ("expression" in watch) {
    const metrics = Object.entries(watch.metrics).map(([id, metric]) => ({
      id,
      returnData: false,
      metric: {
        namespace: metric.namespace,
        metricName: metric.name,
        dimensions: metric.dimensions,
        stat: metric.statistic,
        period: periodInSeconds,
      },
    }));
    return { metricQueries: [...metrics, { id: "result", expression: watch.expression, returnData: true }] };
  }
  return {
    namespace: watch.namespace,
    metricName: watch.name,
    dimensions: watch.dimensions,
    period: periodInSeconds,
    statistic: watch.statistic,
  };
}
