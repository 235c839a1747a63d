import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { jobQueue } from "../host/processes/agent.ts";
import { PROCESS_COUNTS, PROCESS_METRICS } from "../host/processes/metrics.ts";
import type { Process } from "../settings/settled.ts";
import { alarm, type Metric, type Scope } from "./alarm.ts";

export interface WatchedProcesses {
  /** As in `rollout:app.processes`. */
  all: readonly Process[];
  /** The group of the jobs' schedules, where there are jobs. */
  scheduleGroup: pulumi.Input<string> | undefined;
}

const THRESHOLDS = {
  maxRestarts: 3,
  restartsInMinutes: 15,
  crashingForMinutes: 5,
  lateAfterMinutes: 15,
};

/**
 * The workers of a track, by what its servers count (infra/host/processes/agent.ts), added up over all of them.
 *
 * @returns the alarms by which the track fails its users
 */
export function workerAlarms(
  stack: Scope,
  track: string,
  processes: readonly Process[],
): aws.cloudwatch.MetricAlarm[] {
  const scope = { ...stack, prefix: `${stack.prefix}-${track}` };
  const workers = processes.filter(({ kind }) => kind === "worker");
  return workers.map(({ name }) => {
    const { maxRestarts, restartsInMinutes, crashingForMinutes } = THRESHOLDS;
    const watch = counted(stack, PROCESS_COUNTS.restarts, { Process: name, Track: track });
    const missing = { as: "notBreaching", because: "none was started again" } as const;
    alarm(scope, `process-${name}-restarts`, {
      severity: "P3",
      means: `${name} of track ${track} has ended by itself and was started again more than ${maxRestarts} times in ${restartsInMinutes} min.`,
      act: "See its log for the last lines before each end; without any, it was killed for its memory.",
      watch,
      breach: { above: maxRestarts },
      periodInSeconds: restartsInMinutes * 60,
      periods: 1,
      missing,
    });
    return alarm(scope, `process-${name}-crashing`, {
      severity: "P2",
      means: `${name} of track ${track} ends as soon as it is started, for ${crashingForMinutes} min now: what it should do waits.`,
      act: `Roll back if ${track} has just got its version; else see its log, then the cache and the database.`,
      watch,
      breach: { atLeast: 1 },
      periodInSeconds: 60,
      periods: crashingForMinutes,
      missing,
    });
  });
}

/** SQS Developer Guide, "Available CloudWatch metrics"; EventBridge Scheduler User Guide, "Monitoring with CloudWatch". */
export function jobAlarms(scope: Scope, { all, scheduleGroup }: WatchedProcesses): void {
  const { lateAfterMinutes } = THRESHOLDS;
  for (const { name } of all.filter(({ kind }) => kind === "job")) {
    alarm(scope, `job-${name}-failed`, {
      severity: "P3",
      means: `The job ${name} failed: it ended with an exit code, or took longer than its timeout. It isn't tried again before its next time.`,
      act: "See its log; when it is mended, run it by hand or wait for its next time.",
      watch: counted(scope, PROCESS_COUNTS.failed, { Process: name }),
      breach: { above: 0 },
      periodInSeconds: 300,
      periods: 1,
      missing: { as: "notBreaching", because: "it didn't fail; one that didn't run is the next alarm's" },
    });
    alarm(scope, `job-${name}-late`, {
      severity: "P3",
      means: `The job ${name} has been due for ${lateAfterMinutes} min, and no server has begun it.`,
      act: "See whether its last run still goes on, and whether the stable track has a server that is well.",
      watch: {
        namespace: "AWS/SQS",
        name: "ApproximateNumberOfMessagesVisible",
        statistic: "Minimum",
        dimensions: { QueueName: jobQueue(scope.stack, name) },
      },
      breach: { atLeast: 1 },
      periodInSeconds: 60,
      periods: lateAfterMinutes,
      missing: { as: "notBreaching", because: "nothing has been due for hours" },
    });
  }
  if (scheduleGroup === undefined) return;
  alarm(scope, "jobs-unsent", {
    severity: "P3",
    means: "A job was due, and EventBridge Scheduler couldn't say so to its queue: it doesn't run.",
    act: "See whether the role of the schedules may still send, and whether the queue is there.",
    watch: {
      namespace: "AWS/Scheduler",
      name: "TargetErrorCount",
      statistic: "Sum",
      dimensions: { ScheduleGroup: scheduleGroup },
    },
    breach: { above: 0 },
    periodInSeconds: 300,
    periods: 2,
    missing: { as: "notBreaching", because: "every message was sent" },
  });
}

function counted({ stack }: Scope, name: string, dimensions: Record<string, string>): Metric {
  return { namespace: PROCESS_METRICS, name, statistic: "Sum", dimensions: { Stack: stack, ...dimensions } };
}
