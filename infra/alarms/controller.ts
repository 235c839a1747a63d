import type * as pulumi from "@pulumi/pulumi";
import { alarm, type Scope } from "./alarm.ts";

export interface WatchedController {
  functionName: pulumi.Input<string>;
  /** The group of the schedule that starts it. */
  scheduleGroup: pulumi.Input<string>;
}

const FAILING_FOR_MINUTES = 5;

/**
 * The stack's own controller. While none drives, the gates of a rollout don't judge and nothing goes back by itself.
 *
 * Lambda Developer Guide, "Types of metrics for Lambda functions"; EventBridge Scheduler User Guide, "Monitoring with CloudWatch".
 */
export function controllerAlarms(scope: Scope, { functionName, scheduleGroup }: WatchedController): void {
  const act = `If a rollout is under way, take it over: rollout run --here --stack ${scope.stack} --on aws.`;
  alarm(scope, "controller-failing", {
    severity: "P2",
    means: `The stack's controller has failed each minute for ${FAILING_FOR_MINUTES} min: nobody watches a rollout.`,
    act: `${act} Then see its log for why.`,
    watch: {
      namespace: "AWS/Lambda",
      name: "Errors",
      statistic: "Sum",
      dimensions: { FunctionName: functionName },
    },
    breach: { atLeast: 1 },
    periodInSeconds: 60,
    periods: FAILING_FOR_MINUTES,
    missing: { as: "notBreaching", because: "nothing failed; one that isn't started is the next alarm's" },
  });
  alarm(scope, "controller-unstarted", {
    severity: "P2",
    means: "EventBridge Scheduler couldn't start the stack's controller: nobody watches a rollout.",
    act: `${act} Then see whether the function is there and the schedule's role may invoke it.`,
    watch: {
      namespace: "AWS/Scheduler",
      name: "TargetErrorCount",
      statistic: "Sum",
      dimensions: { ScheduleGroup: scheduleGroup },
    },
    breach: { above: 0 },
    periodInSeconds: 60,
    periods: FAILING_FOR_MINUTES,
    missing: { as: "notBreaching", because: "each minute it was started" },
  });
}
