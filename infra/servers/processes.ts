import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { followedBy, followedParameter, jobQueue } from "../host/processes/agent.ts";
import { policyOf } from "../policy-document.ts";
import type { Job, Settings } from "../settings/settings.ts";

export interface ProcessesArgs {
  stack: string;
  settings: Pick<Settings, "stable" | "tracks"> & { app: Pick<Settings["app"], "processes" | "migrate"> };
}

/**
 * What tells the servers which of the app's processes they run (infra/host/processes/agent.ts), and whether they are stable's, which
 * alone may migrate when they boot (infra/host/migration.ts).
 *
 * For each of `stable` and traffic that a process follows, a parameter with the names of the tracks: a promotion, a rollback
 * or a plain `pulumi up` changes its value, and nothing else has to be done.
 *
 * A job is EventBridge Scheduler's, which puts a message into the job's queue when it is due. A server takes it and runs the
 * job. So the job runs once however many servers there are, and one that is due while they are replaced waits for the next.
 * Scheduler may deliver twice; the queue is FIFO, and drops a second message of the same time (EventBridge Scheduler API,
 * SqsParameters; SQS Developer Guide, "Exactly-once processing"). A group of messages has one receiver at a time, so a job
 * never runs beside itself. Timers on the servers that race for a record in DynamoDB would save the queue and cost more: a
 * job that is due while no server is there would be lost, and so would one whose server dies in the middle of it.
 */
export class Processes extends pulumi.ComponentResource {
  /** ARNs of the parameters that a server reads. */
  readonly parameterArns: pulumi.Output<string>[];
  /** ARNs of the queues that it takes jobs from. */
  readonly queueArns: pulumi.Output<string>[];
  /** The group of the jobs' schedules; undefined: there are no jobs. */
  readonly scheduleGroup: pulumi.Output<string> | undefined;

  constructor(name: string, args: ProcessesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Processes", name, {}, opts);
    const child = { parent: this };
    const { processes } = args.settings.app;
    const jobs = processes.filter((each) => each.kind === "job");

    this.parameterArns = followedBy(args.settings.app).map(
      (follows) =>
        new aws.ssm.Parameter(
          `${name}-${follows}`,
          {
            name: followedParameter(args.stack, follows),
            type: "String",
            // `value` would be a secret to Pulumi, and hidden in every preview.
            insecureValue: tracksOf(args.settings)[follows],
            description: `Tracks of ${name} that run what follows ${follows}`,
          },
          child,
        ).arn,
    );
    const made = jobs.length > 0 ? scheduled(name, args.stack, jobs, child) : undefined;
    this.queueArns = made?.queueArns ?? [];
    this.scheduleGroup = made?.group;
    this.registerOutputs({});
  }
}

/** By what is followed: tracks by commas, in the order of their names. */
function tracksOf({ stable, tracks }: ProcessesArgs["settings"]): Record<"stable" | "traffic", string> {
  const carrying = tracks.filter(({ weight }) => weight > 0);
  return { stable, traffic: carrying.map(({ name }) => name).join(",") };
}

function scheduled(name: string, stack: string, jobs: Job[], child: pulumi.CustomResourceOptions) {
  const group = new aws.scheduler.ScheduleGroup(`${name}-jobs`, {}, child);
  const queues = jobs.map(
    (job) =>
      new aws.sqs.Queue(
        `${name}-job-${job.name}`,
        {
          name: jobQueue(stack, job.name),
          fifoQueue: true,
          // Scheduler asks for it (API Reference, SqsParameters). The text holds the time for which the message is.
          contentBasedDeduplication: true,
          sqsManagedSseEnabled: true,
          // A server that holds a message asks for more time as long as it lives.
          visibilityTimeoutSeconds: 120,
          messageRetentionSeconds: 4 * 86_400,
        },
        child,
      ),
  );
  const queueArns = queues.map(({ arn }) => arn);
  const role = sender(name, group.arn, queueArns, child);
  jobs.forEach((job, index) => {
    new aws.scheduler.Schedule(
      `${name}-job-${job.name}`,
      {
        groupName: group.name,
        description: `When the job ${job.name} of ${name} is due`,
        scheduleExpression: job.schedule,
        scheduleExpressionTimezone: "UTC",
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: queueArns[index] as pulumi.Output<string>,
          roleArn: role.arn,
          input: JSON.stringify({ job: job.name, due: "<aws.scheduler.scheduled-time>" }),
          sqsParameters: { messageGroupId: job.name },
          // Scheduler's own defaults, for a day.
          retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
        },
      },
      child,
    );
  });
  return { queueArns, group: group.name };
}

/** The role with which Scheduler puts messages into the jobs' queues, and into no others. */
function sender(
  name: string,
  groupArn: pulumi.Output<string>,
  queueArns: pulumi.Output<string>[],
  child: pulumi.CustomResourceOptions,
): aws.iam.Role {
  const role = new aws.iam.Role(
    `${name}-jobs`,
    {
      description: `Schedules of ${name}`,
      assumeRolePolicy: policyOf([
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { Service: "scheduler.amazonaws.com" },
          // EventBridge Scheduler User Guide, "Confused deputy prevention": the schedules' group.
          Condition: { StringEquals: { "aws:SourceArn": groupArn } },
        },
      ]),
    },
    child,
  );
  new aws.iam.RolePolicy(
    `${name}-jobs`,
    {
      role: role.id,
      policy: policyOf([{ Effect: "Allow", Action: ["sqs:SendMessage"], Resource: queueArns }]),
    },
    child,
  );
  return role;
}
