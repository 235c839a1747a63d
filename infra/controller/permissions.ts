import * as pulumi from "@pulumi/pulumi";
import { followedParameter } from "../host/processes/agent.ts";
import { WEIGHT_METRIC } from "../watch/weight-metric.ts";

export interface ControllerReach {
  stack: string;
  region: string;
  /** Name of the journal's bucket. */
  journal: pulumi.Input<string>;
  listenerArn: pulumi.Input<string>;
  /** The tracks' autoscaling groups. */
  groupArns: pulumi.Input<string>[];
  topicArns: pulumi.Input<string>[];
  /** The key that the topics are encrypted with. */
  topicsKeyArn: pulumi.Input<string>;
  operatorTokenArn: pulumi.Input<string>;
  /** Where the servers count by the second. */
  secondsArn: pulumi.Input<string>;
  /** Its own log group. */
  logArn: pulumi.Input<string>;
  /** Name of the document with which a server lets go of its open connections. */
  releaseDocument: pulumi.Input<string>;
  /** What of the tracks the app's processes follow. */
  follows: readonly ("stable" | "traffic")[];
}

/**
 * What the controller may do. `*` stands only where AWS knows no narrower resource (Service Authorization Reference).
 *
 * Who may change a group can't give it another launch template: that asks for `ec2:RunInstances` (Auto Scaling User Guide,
 * "Control Amazon EC2 launch template usage"), which isn't here.
 */
export function mayControl(reach: ControllerReach): object[] {
  const { stack, region, journal, listenerArn, secondsArn, logArn, follows } = reach;
  return [
    allow(
      "Journal",
      ["s3:GetObject", "s3:PutObject"],
      pulumi.interpolate`arn:aws:s3:::${journal}/${stack}/*`,
    ),
    // Without it a missing object is forbidden, and not missing.
    allow("JournalList", ["s3:ListBucket"], pulumi.interpolate`arn:aws:s3:::${journal}`),
    allow("Watch", ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"], "*"),
    {
      ...allow("ShowWeights", ["cloudwatch:PutMetricData"], "*"),
      Condition: { StringEquals: { "cloudwatch:namespace": WEIGHT_METRIC.namespace } },
    },
    allow("ReadSeconds", ["logs:FilterLogEvents"], ofGroup(secondsArn)),
    allow(
      "See",
      [
        "autoscaling:DescribeAutoScalingGroups",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      "*",
    ),
    allow(
      "Steer",
      ["elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyRule"],
      [
        listenerArn,
        pulumi.output(listenerArn).apply((arn) => `${arn.replace(":listener/", ":listener-rule/")}/*`),
      ],
    ),
    allow("Size", ["autoscaling:UpdateAutoScalingGroup"], reach.groupArns),
    allow("OperatorToken", ["secretsmanager:GetSecretValue"], reach.operatorTokenArn),
    allow("Tell", ["sns:Publish"], reach.topicArns),
    {
      ...allow("TellKey", ["kms:Decrypt", "kms:GenerateDataKey"], reach.topicsKeyArn),
      Condition: { StringEquals: { "kms:ViaService": `sns.${region}.amazonaws.com` } },
    },
    allow(
      "Release",
      ["ssm:SendCommand"],
      pulumi.interpolate`arn:aws:ssm:${region}:*:document/${reach.releaseDocument}`,
    ),
    {
      ...allow("ReleaseOnServers", ["ssm:SendCommand"], `arn:aws:ec2:${region}:*:instance/*`),
      Condition: { StringEquals: { "ssm:resourceTag/stack": stack } },
    },
    ...(follows.length === 0
      ? []
      : [
          allow(
            "Followed",
            ["ssm:PutParameter"],
            follows.map((each) => `arn:aws:ssm:${region}:*:parameter${followedParameter(stack, each)}`),
          ),
        ]),
    allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], ofGroup(logArn)),
  ];
}

/** A group and its streams. */
function ofGroup(arn: pulumi.Input<string>): pulumi.Input<string>[] {
  return [arn, pulumi.interpolate`${arn}:*`];
}

function allow(Sid: string, Action: string[], Resource: pulumi.Input<unknown>): object {
  return { Sid, Effect: "Allow", Action, Resource };
}
