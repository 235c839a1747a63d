import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { actionOf } from "../../rollout/platforms/aws/balancer/listener.ts";
import { splitOf } from "../../rollout/platforms/aws/balancer/split.ts";
import type { Deployment } from "../../rollout/platforms/aws/deployment.ts";
import { deployment } from "../rollout/aws/example.ts";
import type { Moto } from "./moto.ts";

export interface MadeStack {
  /** Such as `beta`. */
  name: string;
  /** Where the journal is. */
  bucket: string;
  /** The balancer's own public name. */
  dnsName: string;
  listenerArn: string;
  targetGroupArns: { blue: string; green: string };
  /** The stack's state with these weights in it. */
  state(weights: Record<string, number>): Deployment;
}

/** What a rollout touches of a stack, made in an AWS that answers: at blue 90, green 10. */
export async function makeStack(moto: Moto, name = "beta"): Promise<MadeStack> {
  const bucket = `${name}-journal-1234567`;
  const { vpcId, subnetIds } = await moto.subnets();
  const elb = new ElasticLoadBalancingV2Client({});
  await new S3Client({}).send(new CreateBucketCommand({ Bucket: bucket }));
  const targetGroup = async (Name: string) => {
    const made = await elb.send(
      new CreateTargetGroupCommand({ Name, Protocol: "HTTPS", Port: 443, VpcId: vpcId }),
    );
    return made.TargetGroups![0]!.TargetGroupArn!;
  };
  const targetGroupArns = {
    blue: await targetGroup(`${name}-blue`),
    green: await targetGroup(`${name}-green`),
  };
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: name, Subnets: subnetIds }));
  const { Listeners } = await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn!,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [actionOf(splitOf({ blue: 90, green: 10 }, targetGroupArns))],
    }),
  );
  await servers(name, subnetIds, targetGroupArns);
  const listenerArn = Listeners![0]!.ListenerArn!;
  return {
    name,
    bucket,
    dnsName: LoadBalancers![0]!.DNSName!,
    listenerArn,
    targetGroupArns,
    state: (weights) => stateOf(name, listenerArn, targetGroupArns, weights),
  };
}

async function servers(
  name: string,
  subnetIds: string[],
  targetGroupArns: Record<string, string>,
): Promise<void> {
  const groups = new AutoScalingClient({});
  await groups.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: "servers",
      ImageId: "ami-12c6146b",
      InstanceType: "t3.medium",
    }),
  );
  for (const [track, arn] of Object.entries(targetGroupArns)) {
    await groups.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: `${name}-${track}-1`,
        LaunchConfigurationName: "servers",
        MinSize: 2,
        MaxSize: 4,
        DesiredCapacity: 2,
        VPCZoneIdentifier: subnetIds.join(","),
        TargetGroupARNs: [arn],
      }),
    );
  }
}

/** The example's state with the real names in it. */
function stateOf(
  name: string,
  listenerArn: string,
  targetGroupArns: Record<string, string>,
  weights: Record<string, number>,
): Deployment {
  const state: Deployment = JSON.parse(JSON.stringify(deployment()).replaceAll("beta", name));
  const [stack, listener] = state.resources!;
  Object.assign(stack!.outputs!, { listenerArn, targetGroupArns });
  const carrying = Object.entries(weights).filter(([, weight]) => weight > 0);
  listener!.outputs = {
    arn: listenerArn,
    defaultActions: [
      {
        type: "forward",
        forward: {
          targetGroups: carrying.map(([track, weight]) => ({ arn: targetGroupArns[track], weight })),
        },
      },
    ],
  };
  return state;
}
