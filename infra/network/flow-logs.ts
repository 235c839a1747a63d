import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/**
 * Who talked to whom in a network, and what was refused, kept in CloudWatch.
 *
 * Source: Amazon VPC User Guide, "Publish flow logs to CloudWatch Logs".
 */
export function flowLogs(
  name: string,
  args: { vpc: aws.ec2.Vpc; retentionDays: number },
  opts: pulumi.CustomResourceOptions,
): aws.ec2.FlowLog {
  const { vpc, retentionDays } = args;
  const group = new aws.cloudwatch.LogGroup(
    `${name}-flow`,
    { name: `/rollout/${name}/network`, retentionInDays: retentionDays },
    opts,
  );
  const role = new aws.iam.Role(`${name}-flow`, { assumeRolePolicy: onlyFlowLogsOf(vpc.ownerId) }, opts);
  const policy = new aws.iam.RolePolicy(
    `${name}-flow`,
    { role: role.id, policy: mayWriteTo(group.arn) },
    opts,
  );
  return new aws.ec2.FlowLog(
    `${name}-flow`,
    {
      vpcId: vpc.id,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      // The longest interval makes the fewest records, and records are what CloudWatch charges for.
      maxAggregationInterval: 600,
    },
    { ...opts, dependsOn: policy },
  );
}

/** Flow logs of this account: without the condition another account's flow log could borrow the role. */
function onlyFlowLogsOf(accountId: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": accountId } },
      },
    ],
  });
}

function mayWriteTo(groupArn: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: [
          "logs:CreateLogStream",
          "logs:DescribeLogGroups",
          "logs:DescribeLogStreams",
          "logs:PutLogEvents",
        ],
        Resource: [groupArn, pulumi.interpolate`${groupArn}:*`],
      },
    ],
  });
}
