import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { SSMClient } from "@aws-sdk/client-ssm";
import { type AwsClientStub, mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach } from "vitest";
import { actionOf } from "../../../rollout/platforms/aws/balancer/listener.ts";
import { splitOf } from "../../../rollout/platforms/aws/balancer/split.ts";
import { type AwsOptions, type AwsPlatform, awsPlatform } from "../../../rollout/platforms/aws/platform.ts";
import { fakeClock, GROUPS, LISTENER } from "./example.ts";

type Weights = Record<string, number>;

/** The clients that weights are moved by, mocked for a file's tests; each test begins with none of their answers. */
export function mockedClients() {
  const clients = { elb: mockClient(ElasticLoadBalancingV2Client), ssm: mockClient(SSMClient) };
  beforeEach(() => {
    for (const client of Object.values(clients)) client.reset();
  });
  afterAll(() => {
    for (const client of Object.values(clients)) client.restore();
  });
  return clients;
}

/** The platform of the stack in a folder, with an engine that is none. */
export function platformOf(
  folder: string,
  engine: AwsOptions["engine"] & {},
  more: Partial<AwsOptions> = {},
): Promise<AwsPlatform> {
  return awsPlatform({ projectDir: folder, stack: "beta", slowMs: 500, engine, clock: fakeClock(), ...more });
}

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
