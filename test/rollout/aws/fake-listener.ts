import {
  DescribeListenersCommand,
  type ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { AwsClientStub } from "aws-sdk-client-mock";
import { actionOf } from "../../../rollout/platforms/aws/balancer/listener.ts";
import { splitOf } from "../../../rollout/platforms/aws/balancer/split.ts";
import { GROUPS, LISTENER } from "./example.ts";

type Weights = Record<string, number>;

/** Has a mocked client answer as a balancer whose listener keeps the weights that it is told. */
export function fakeListener(
  elb: AwsClientStub<ElasticLoadBalancingV2Client>,
  weights: { read: () => Weights; write: (weights: Weights) => unknown },
): void {
  elb.on(DescribeListenersCommand, { ListenerArns: [LISTENER] }).callsFake(() => ({
    Listeners: [{ DefaultActions: [actionOf(splitOf(weights.read(), GROUPS))] }],
  }));
  elb.on(ModifyListenerCommand).callsFake(async ({ DefaultActions }) => {
    const groups: { TargetGroupArn: string; Weight: number }[] = DefaultActions[0].ForwardConfig.TargetGroups;
    const track = (arn: string) => (arn === GROUPS.blue ? "blue" : "green");
    await weights.write(
      Object.fromEntries(groups.map(({ TargetGroupArn, Weight }) => [track(TargetGroupArn), Weight])),
    );
  });
}
