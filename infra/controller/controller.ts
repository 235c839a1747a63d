import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyOf } from "../policy-document.ts";
import { HANDLER, stageCode } from "./code.ts";
import { type ControllerReach, mayControl } from "./permissions.ts";

export interface ControllerArgs extends Omit<ControllerReach, "logArn"> {
  /** How long its log is kept, in days. */
  logRetentionDays: number;
}

/** The most that AWS takes (Lambda Developer Guide, "Lambda quotas"). It leaves by itself before that. */
const LASTS_SECONDS = 900;

/**
 * The stack's own controller: a function that is started each minute. One that finds nothing to do ends within a second, and so
 * does one that finds another at work.
 *
 * Its number isn't limited by AWS: the journal's lease lets one drive. A reserved concurrency of 1 would keep away the one that
 * is to go on while a dead one's time runs, and a new account can't reserve any (Lambda Developer Guide, "Configuring reserved
 * concurrency": 100 must stay unreserved, where a new account has 10).
 */
export class Controller extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly scheduleGroup: pulumi.Output<string>;

  constructor(name: string, args: ControllerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Controller", name, {}, opts);
    const child = { parent: this };
    const log = new aws.cloudwatch.LogGroup(
      `${name}-controller`,
      { name: `/rollout/${args.stack}/controller`, retentionInDays: args.logRetentionDays },
      child,
    );
    const { role, policy } = ownRole(name, { ...args, logArn: log.arn }, child);
    const made = new aws.lambda.Function(
      `${name}-controller`,
      {
        description: `Drives the rollouts of ${name}`,
        role: role.arn,
        runtime: aws.lambda.Runtime.NodeJS24dX,
        architectures: ["arm64"],
        memorySize: 512,
        timeout: LASTS_SECONDS,
        handler: HANDLER,
        code: pulumi.output(stageCode()).apply((file) => new pulumi.asset.FileArchive(file)),
        environment: { variables: { ROLLOUT_STACK: args.stack, ROLLOUT_JOURNAL: args.journal } },
        loggingConfig: { logFormat: "Text", logGroup: log.name },
      },
      // What it may not do yet it would fail to do.
      { ...child, dependsOn: policy },
    );
    // The next minute's is the next try; one that waited for longer than that has nothing to add.
    new aws.lambda.FunctionEventInvokeConfig(
      `${name}-controller`,
      { functionName: made.name, maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      child,
    );
    this.functionName = made.name;
    this.scheduleGroup = eachMinute(name, made, child);
    this.registerOutputs({ functionName: this.functionName, scheduleGroup: this.scheduleGroup });
  }
}

function ownRole(name: string, reach: ControllerReach, child: pulumi.CustomResourceOptions) {
  const role = roleOf(
    `${name}-controller`,
    `The controller of ${name}`,
    { Service: "lambda.amazonaws.com" },
    child,
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-controller`,
    { role: role.id, policy: policyOf(mayControl(reach)) },
    child,
  );
  return { role, policy };
}

/** @returns the name of the schedule's group */
function eachMinute(
  name: string,
  { arn }: aws.lambda.Function,
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const group = new aws.scheduler.ScheduleGroup(`${name}-controller`, {}, child);
  const role = roleOf(
    `${name}-controller-clock`,
    `Starts the controller of ${name}`,
    { Service: "scheduler.amazonaws.com" },
    child,
    // EventBridge Scheduler User Guide, "Confused deputy prevention": the schedules' group.
    { StringEquals: { "aws:SourceArn": group.arn } },
  );
  const statement = { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: arn };
  const policy = new aws.iam.RolePolicy(
    `${name}-controller-clock`,
    { role: role.id, policy: policyOf([statement]) },
    child,
  );
  new aws.scheduler.Schedule(
    `${name}-controller`,
    {
      groupName: group.name,
      description: `Starts the controller of ${name}`,
      scheduleExpression: "rate(1 minute)",
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn,
        roleArn: role.arn,
        retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
      },
    },
    { ...child, dependsOn: policy },
  );
  return group.name;
}

function roleOf(
  name: string,
  description: string,
  Principal: object,
  child: pulumi.CustomResourceOptions,
  Condition?: object,
): aws.iam.Role {
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal, ...(Condition && { Condition }) };
  return new aws.iam.Role(name, { description, assumeRolePolicy: policyOf([trust]) }, child);
}
