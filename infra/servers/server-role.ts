import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { BOOT_HOOK } from "../host/boot.ts";
import { HOST_METRICS } from "../host/logs-agent.ts";
import { PROCESS_METRICS } from "../host/processes/metrics.ts";
import { policyOf } from "../policy-document.ts";
import { type AppRoleArgs, appRole } from "./app-role.ts";

export interface ServerRoleArgs {
  /** The secrets that a server reads at boot. */
  secretArns: pulumi.Input<string>[];
  /** The keys that some of them are encrypted with, where these aren't Secrets Manager's own. */
  secretKeyArns: string[];
  /** Where its image comes from. */
  repositoryArn?: pulumi.Input<string>;
  /** Further repositories of ECR, for tracks whose image comes from another one. */
  otherRepositoryArns?: pulumi.Input<string>[];
  logGroupArns: pulumi.Input<string>[];
  /** The bucket of the servers' files. */
  filesArn: pulumi.Input<string>;
  /** The bucket of the assets; undefined: there is none. */
  assetsArn?: pulumi.Input<string> | undefined;
  /** What the app may do in AWS; undefined: it gets no credentials. */
  app?: Omit<AppRoleArgs, "serverRoleArn"> | undefined;
  /** What tells it which of the app's processes it runs; undefined: there are none. */
  processes?: { parameterArns: pulumi.Input<string>[]; queueArns: pulumi.Input<string>[] } | undefined;
}

/** What a server may do in AWS: read its secrets and image, write its logs and figures, report for service, be visited. */
export class ServerRole extends pulumi.ComponentResource {
  readonly instanceProfileArn: pulumi.Output<string>;
  readonly roleName: pulumi.Output<string>;
  /** The role that the servers take for the app. */
  readonly appRoleArn: pulumi.Output<string> | undefined;

  constructor(name: string, args: ServerRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:ServerRole", name, {}, opts);
    const child = { parent: this };
    const role = new aws.iam.Role(
      `${name}-server`,
      {
        description: `Servers of ${name}`,
        assumeRolePolicy: policyOf([
          { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } },
        ]),
      },
      child,
    );
    const forApp = args.app && appRole(name, { ...args.app, serverRoleArn: role.arn }, child);
    const policies = Object.entries({
      ...permissions(name, args),
      ...(forApp && { app: [{ Effect: "Allow", Action: ["sts:AssumeRole"], Resource: forApp.arn }] }),
    }).map(
      ([what, statements]) =>
        new aws.iam.RolePolicy(
          `${name}-server-${what}`,
          { role: role.id, policy: policyOf(statements) },
          child,
        ),
    );
    const profile = new aws.iam.InstanceProfile(
      `${name}-server`,
      { role: role.name },
      // A server that starts before it may read its secrets would boot in vain.
      { ...child, dependsOn: policies },
    );
    this.instanceProfileArn = profile.arn;
    this.roleName = role.name;
    this.appRoleArn = forApp?.arn;
    this.registerOutputs({ instanceProfileArn: this.instanceProfileArn, roleName: this.roleName });
  }
}

/**
 * What each permission is for. `*` stands only where AWS knows no narrower resource (Service Authorization Reference).
 */
function permissions(name: string, args: ServerRoleArgs): Record<string, object[]> {
  const repositories = [
    ...(args.repositoryArn ? [args.repositoryArn] : []),
    ...(args.otherRepositoryArns ?? []),
  ];
  return {
    secrets: [
      allow(["secretsmanager:GetSecretValue"], args.secretArns),
      ...(args.secretKeyArns.length > 0
        ? [
            allow(["kms:Decrypt"], args.secretKeyArns, {
              StringLike: { "kms:ViaService": "secretsmanager.*.amazonaws.com" },
            }),
          ]
        : []),
    ],
    files: [allow(["s3:GetObjectVersion"], pulumi.interpolate`${args.filesArn}/*`)],
    ...(args.assetsArn !== undefined && {
      assets: [
        allow(["s3:ListBucket"], args.assetsArn),
        allow(["s3:GetObject", "s3:PutObject"], pulumi.interpolate`${args.assetsArn}/*`),
      ],
    }),
    image: [
      allow(["ecr:GetAuthorizationToken"], "*"),
      ...(repositories.length > 0
        ? [
            allow(
              ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
              repositories,
            ),
          ]
        : []),
    ],
    logs: [
      allow(
        ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        args.logGroupArns.flatMap((arn) => [arn, pulumi.interpolate`${arn}:*`]),
      ),
    ],
    metrics: [
      allow(["cloudwatch:PutMetricData"], "*", {
        StringEquals: {
          "cloudwatch:namespace": args.processes ? [HOST_METRICS, PROCESS_METRICS] : HOST_METRICS,
        },
      }),
      // The agent reads the name of its autoscaling group from the tags.
      allow(["ec2:DescribeTags"], "*"),
    ],
    ...(args.processes && { processes: forProcesses(args.processes) }),
    [BOOT_HOOK]: [
      allow(["autoscaling:DescribeAutoScalingInstances"], "*"),
      allow(
        ["autoscaling:CompleteLifecycleAction"],
        `arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/${name}-*`,
      ),
    ],
    // Operators come in, and have a script run, without ssh (Systems Manager User Guide, "Create a custom IAM role for
    // Session Manager" and "Reference: ec2messages, ssmmessages, and other API operations": agents before 3.3.40 get a
    // script by the former).
    sessions: [
      allow(
        [
          "ec2messages:AcknowledgeMessage",
          "ec2messages:DeleteMessage",
          "ec2messages:FailMessage",
          "ec2messages:GetEndpoint",
          "ec2messages:GetMessages",
          "ec2messages:SendReply",
          "ssm:UpdateInstanceInformation",
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
        "*",
      ),
    ],
  };
}

/** Which track runs what, and messages of the jobs. */
function forProcesses({ parameterArns, queueArns }: NonNullable<ServerRoleArgs["processes"]>): object[] {
  return [
    allow(["ssm:GetParameters"], parameterArns),
    ...(queueArns.length > 0
      ? [
          allow(
            ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
            queueArns,
          ),
        ]
      : []),
  ];
}

function allow(Action: string[], Resource: pulumi.Input<unknown>, Condition?: object): object {
  return { Effect: "Allow", Action, Resource, ...(Condition && { Condition }) };
}
