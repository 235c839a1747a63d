import { randomUUID } from "node:crypto";
import type { Transition } from "./engine.ts";
import type { BusEvent } from "./events.ts";
import type { Alarm, MetricAlarm, MetricQuery } from "./model.ts";
import { ACCOUNT } from "./names.ts";
import { alarmsIn } from "./rule.ts";
import { type Statistic, statisticText } from "./statistic.ts";

/**
 * What SNS posts to an HTTP subscriber (SNS Developer Guide, "Parsing Amazon SNS message formats"). Nobody signs here: the
 * fields for the signature are empty.
 */
export interface SnsNotification {
  Type: "Notification";
  MessageId: string;
  TopicArn: string;
  Subject?: string;
  Message: string;
  Timestamp: string;
  SignatureVersion: "1";
  Signature: string;
  SigningCertURL: string;
  UnsubscribeURL: string;
}

/** One notification for each topic that a transition tells. */
export function notificationsOf(transition: Transition, region: string): SnsNotification[] {
  const { alarm, to, at } = transition;
  // CloudWatch shortens what doesn't fit a subject of 100 characters.
  const subject = `${to}: "${alarm.name}" in ${regionName(region)}`;
  const message = JSON.stringify(alarmMessage(transition, region));
  return transition.topics.map((topic) => notification(topic, message, at, subject.slice(0, 100)));
}

/** What a rule passes on to a topic has no subject. */
export function eventNotification(topic: string, message: string, time: string): SnsNotification {
  return notification(topic, message, Date.parse(time) / 1000);
}

/** What CloudWatch puts on the bus when an alarm changes (CloudWatch User Guide, "Alarm events and EventBridge"). */
export function alarmEvent({ alarm, from, to, at, reason }: Transition, region: string): BusEvent {
  const { name, arn, description } = alarm;
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "CloudWatch Alarm State Change",
    source: "aws.cloudwatch",
    account: ACCOUNT,
    time: new Date(at * 1000).toISOString(),
    region,
    resources: [arn],
    detail: {
      alarmName: name,
      // Of a composite alarm the event has the rule only.
      configuration: alarm.kind === "metric" ? { description } : { alarmRule: alarm.ruleText },
      state: { value: to, reason },
      previousState: { value: from },
    },
  };
}

function notification(topic: string, message: string, at: number, subject?: string): SnsNotification {
  return {
    Type: "Notification",
    MessageId: randomUUID(),
    TopicArn: topic,
    ...(subject !== undefined && { Subject: subject }),
    Message: message,
    Timestamp: new Date(at * 1000).toISOString(),
    SignatureVersion: "1",
    Signature: "",
    SigningCertURL: "",
    UnsubscribeURL: "",
  };
}

/** CloudWatch's own JSON in the message, its keys in the order in which it writes them. */
function alarmMessage({ alarm, from, to, at, reason }: Transition, region: string) {
  return {
    AlarmName: alarm.name,
    AlarmDescription: alarm.description,
    AWSAccountId: ACCOUNT,
    NewStateValue: to,
    NewStateReason: reason,
    StateChangeTime: new Date(at * 1000).toISOString().replace("Z", "+0000"),
    Region: regionName(region),
    AlarmArn: alarm.arn,
    OldStateValue: from,
    OKActions: alarm.actions.OK,
    AlarmActions: alarm.actions.ALARM,
    InsufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
    ...detail(alarm),
  };
}

function detail(alarm: Alarm) {
  if (alarm.kind === "metric") return { Trigger: trigger(alarm) };
  return {
    AlarmRule: alarm.ruleText,
    TriggeringChildren: [...new Set(alarmsIn(alarm.rule))].map((Arn) => ({ Arn })),
  };
}

function trigger(alarm: MetricAlarm) {
  return {
    ...watched(alarm),
    Period: alarm.periodSeconds,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    ComparisonOperator: alarm.comparison,
    Threshold: alarm.threshold,
    TreatMissingData: alarm.missing,
    EvaluateLowSampleCountPercentile: alarm.lowSamples === "ignore" ? "ignore" : "",
  };
}

function watched({ watch, periodSeconds }: MetricAlarm) {
  if ("query" in watch) {
    const { metric, statistic } = watch.query;
    return { ...metricOf(metric), ...statisticFields(statistic), Unit: null };
  }
  const queries = Object.entries(watch.queries).map(([Id, { metric, statistic }]) => ({
    Id,
    MetricStat: { Metric: metricOf(metric), Period: periodSeconds, Stat: statisticText(statistic) },
    ReturnData: false,
  }));
  return { Metrics: [{ Expression: watch.text, Id: "result", ReturnData: true }, ...queries] };
}

function metricOf({ namespace, name, dimensions }: MetricQuery["metric"]) {
  return {
    MetricName: name,
    Namespace: namespace,
    Dimensions: Object.entries(dimensions).map(([key, value]) => ({ value, name: key })),
  };
}

function statisticFields(statistic: Statistic) {
  const text = statisticText(statistic);
  if (statistic.kind === "percentile") return { StatisticType: "ExtendedStatistic", ExtendedStatistic: text };
  return { StatisticType: "Statistic", Statistic: text.toUpperCase() };
}

/** AWS's names of regions, where alarms are usually found; for another its code. */
const REGIONS: Record<string, string> = {
  "us-east-1": "US East (N. Virginia)",
  "us-east-2": "US East (Ohio)",
  "us-west-2": "US West (Oregon)",
  "eu-central-1": "EU (Frankfurt)",
  "eu-west-1": "EU (Ireland)",
};

function regionName(region: string): string {
  return REGIONS[region] ?? region;
}
