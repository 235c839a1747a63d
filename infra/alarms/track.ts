import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { last } from "../sure.ts";
import { alarm, type Metric, type Scope, shareInPercent } from "./alarm.ts";
import { burnAlarms } from "./burn.ts";

export interface WatchedTrack {
  name: string;
  targetGroupArnSuffix: pulumi.Input<string>;
  autoscalingGroupName: pulumi.Input<string>;
}

interface Thresholds {
  maxErrorsInPercent: number;
  /** Below this many requests in a period neither a share of errors nor a percentile says anything. */
  minRequests: number;
  /** Fewer that failed are chance: one bad request of twenty is no outage. */
  minErrors: number;
  maxUnreachedPerMinute: number;
  maxP95InSeconds: number;
  maxDownInMinutes: number;
}

const THRESHOLDS: Thresholds = {
  maxErrorsInPercent: 1,
  minRequests: 20,
  minErrors: 3,
  maxUnreachedPerMinute: 5,
  maxP95InSeconds: 0.5,
  maxDownInMinutes: 5,
};

/** A track's alarms: `state` is the one of all of them together, `down` that no server of it answers. */
export interface TrackAlarms {
  /** Undefined where nothing would read it. */
  state: pulumi.Output<string> | undefined;
  down: pulumi.Output<string>;
}

/**
 * What a track's users see (AWS docs, "CloudWatch metrics for your Application Load Balancer"). No alarm knows the
 * track's weight, so that a shift of traffic changes none of them: without requests they rest.
 *
 * @param service `objective` is the percentage of requests that must be good over 30 days; `states`: something reads each track's
 * @param crashing the alarms of its workers that say that they don't work (processes.ts)
 */
export function trackAlarms(
  stack: Scope,
  track: WatchedTrack,
  {
    balancerArnSuffix,
    objective,
    states,
  }: { balancerArnSuffix: pulumi.Input<string>; objective: number; states: boolean },
  crashing: aws.cloudwatch.MetricAlarm[],
): TrackAlarms {
  const scope = { ...stack, prefix: `${stack.prefix}-${track.name}` };
  const of = (name: string, statistic: string): Metric => ({
    namespace: "AWS/ApplicationELB",
    name,
    statistic,
    dimensions: { LoadBalancer: balancerArnSuffix, TargetGroup: track.targetGroupArnSuffix },
  });

  const parts = [
    errors(scope, "errors", track.name, of, 60),
    // A pilot's few requests don't fill a minute: the longer look catches their errors too.
    errors(scope, "errors-slow", track.name, of, 900),
    unreached(scope, track.name, of),
    latency(scope, track.name, of, LATENCY.minutes),
    down(scope, track.name, of),
  ];
  unhealthy(scope, track.name, of);
  burns(scope, track.name, of, objective);
  latency(scope, track.name, of, LATENCY.hours);

  const state = states ? together(scope, track.name, [...parts, ...crashing]) : undefined;
  return { state, down: last(parts).arn };
}

type MetricOf = (name: string, statistic: string) => Metric;

function errors(scope: Scope, suffix: string, track: string, of: MetricOf, periodInSeconds: number) {
  const { maxErrorsInPercent, minRequests, minErrors } = THRESHOLDS;
  return alarm(scope, suffix, {
    severity: "P2",
    means: `More than ${maxErrorsInPercent} % of the requests to track ${track} failed, at least ${minErrors} of at least ${minRequests} in ${periodInSeconds / 60} min.`,
    act: `Roll back if ${track} is being rolled out; else look for its errors in the logs.`,
    watch: shareInPercent(of("HTTPCode_Target_5XX_Count", "Sum"), of("RequestCount", "Sum"), {
      minWhole: minRequests,
      minPart: minErrors,
    }),
    breach: { above: maxErrorsInPercent },
    periodInSeconds,
    periods: 1,
    missing: { as: "notBreaching", because: "no requests, so no errors" },
  });
}

function unreached(scope: Scope, track: string, of: MetricOf) {
  const { maxUnreachedPerMinute } = THRESHOLDS;
  return alarm(scope, "unreached", {
    severity: "P2",
    means: `The balancer couldn't connect to a server of track ${track} more than ${maxUnreachedPerMinute} times in a minute: users got 502 or 504.`,
    act: "See whether nginx restarts or runs out of connections on its servers.",
    watch: of("TargetConnectionErrorCount", "Sum"),
    breach: { above: maxUnreachedPerMinute },
    periodInSeconds: 60,
    periods: 1,
    missing: { as: "notBreaching", because: "every connection was made" },
  });
}

/** What the long looks count: what a server answers, and what it can't be asked. */
function burns(scope: Scope, track: string, of: MetricOf, objective: number): void {
  const whole = of("RequestCount", "Sum");
  const act = `Roll back if ${track} is being rolled out; else look for its errors in the logs.`;
  const failed = { suffix: "errors", what: `to track ${track} failed`, act };
  const unreached = {
    suffix: "unreached",
    what: `to track ${track} reached no server of it`,
    act: "See whether nginx restarts or runs out of connections on its servers.",
  };
  burnAlarms(scope, { ...failed, part: of("HTTPCode_Target_5XX_Count", "Sum"), whole, objective });
  burnAlarms(scope, { ...unreached, part: of("TargetConnectionErrorCount", "Sum"), whole, objective });
}

/** How long is looked; a pilot has too few requests in a minute. */
const LATENCY = {
  minutes: { suffix: "latency", look: "a minute", periodInSeconds: 60, periods: 3, outOf: 5 },
  hours: { suffix: "latency-hours", look: "in 6 h", periodInSeconds: 6 * 3600, periods: 1, outOf: 1 },
};

/**
 * With few requests the 95th percentile says nothing. CloudWatch's own rule for that
 * (`evaluateLowSampleCountPercentiles`) asks for 200 and keeps the state until then. A pilot never has so many, and a
 * track that lost its traffic would stay in alarm.
 */
function latency(
  scope: Scope,
  track: string,
  of: MetricOf,
  { suffix, look, ...when }: (typeof LATENCY)["hours"],
) {
  const { maxP95InSeconds, minRequests } = THRESHOLDS;
  return alarm(scope, suffix, {
    severity: "P2",
    means: `One request in twenty to track ${track} takes more than ${maxP95InSeconds * 1000} ms, of at least ${minRequests} ${look}.`,
    act: `Roll back if ${track} is being rolled out; else look at the database's and the servers' load.`,
    watch: {
      expression: `IF(requests >= ${minRequests}, latency, 0)`,
      metrics: { latency: of("TargetResponseTime", "p95"), requests: of("RequestCount", "Sum") },
    },
    breach: { above: maxP95InSeconds },
    ...when,
    missing: { as: "notBreaching", because: "no requests, so none is slow" },
  });
}

function down(scope: Scope, track: string, of: MetricOf) {
  const { maxDownInMinutes } = THRESHOLDS;
  return alarm(scope, "down", {
    severity: "P1",
    means: `Track ${track} has had no healthy server for ${maxDownInMinutes} min: its share of the traffic gets 503.`,
    act: `Give its weight to another track at once, then look at its servers' boot log and /health.`,
    watch: of("HealthyHostCount", "Maximum"),
    breach: { below: 1 },
    periodInSeconds: 60,
    periods: maxDownInMinutes,
    missing: { as: "breaching", because: "no server is registered, which is as bad" },
  });
}

function unhealthy(scope: Scope, track: string, of: MetricOf) {
  return alarm(scope, "unhealthy", {
    severity: "P3",
    means: `A server of track ${track} has failed its health check for 10 min and wasn't replaced.`,
    act: "Look at the group's activity: an instance refresh that rolled back, or no capacity in the zone.",
    watch: of("UnHealthyHostCount", "Minimum"),
    breach: { atLeast: 1 },
    periodInSeconds: 60,
    periods: 10,
    missing: { as: "notBreaching", because: "no server is registered, which the alarm for down tells" },
  });
}

/**
 * One state for the track, which rollouts and flag deployments read. It tells nobody: its parts have done so.
 */
function together(scope: Scope, track: string, parts: aws.cloudwatch.MetricAlarm[]): pulumi.Output<string> {
  const alarms = parts.map(({ arn }) => pulumi.interpolate`ALARM("${arn}")`);
  return new aws.cloudwatch.CompositeAlarm(
    `${scope.prefix}-state`,
    {
      alarmName: `${scope.prefix}-state`,
      alarmDescription: `Track ${track} fails its users: errors, latency, no server that answers, or a worker that crashes. Read by rollouts; tells nobody itself.`,
      alarmRule: pulumi.all(alarms).apply((rules) => rules.join(" OR ")),
    },
    scope.child,
  ).arn;
}
