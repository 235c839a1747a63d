import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ServerFleet } from "../../../rollout/platforms/aws/servers.ts";
import { apiError, fakeClock } from "./example.ts";

const groups = mockClient(AutoScalingClient);
const balancing = mockClient(ElasticLoadBalancingV2Client);
afterAll(() => {
  groups.restore();
  balancing.restore();
});

const TRACK = {
  group: { name: "beta-blue-1", servers: 2, maxServers: 4 },
  targetGroupArn: "arn:blue",
};
const clock = fakeClock();
const fleet = new ServerFleet({ region: "us-east-1", clock });

beforeEach(() => {
  groups.reset();
  balancing.reset();
  groups.on(UpdateAutoScalingGroupCommand).resolves({});
  given(2, 2, { i1: "InService", i2: "InService" });
  healthy("i1", "i2");
});

function given(desired: number, least: number, instances: Record<string, string>) {
  groups.on(DescribeAutoScalingGroupsCommand, { AutoScalingGroupNames: ["beta-blue-1"] }).resolves({
    AutoScalingGroups: [
      {
        DesiredCapacity: desired,
        MinSize: least,
        Instances: Object.entries(instances).map(([InstanceId, LifecycleState]) => ({
          InstanceId,
          LifecycleState: LifecycleState as "InService",
        })),
      } as never,
    ],
  });
}

function healthy(...ids: string[]) {
  const of = (Id: string, State: "healthy" | "unhealthy") => ({ Target: { Id }, TargetHealth: { State } });
  balancing.on(DescribeTargetHealthCommand).resolves({
    TargetHealthDescriptions: [...ids.map((id) => of(id, "healthy")), of("i9", "unhealthy")],
  });
}

const updates = () => groups.commandCalls(UpdateAutoScalingGroupCommand).map(({ args }) => args[0].input);

describe("servers", () => {
  test("count when they are in service and healthy to the balancer, both", async () => {
    given(4, 2, { i1: "InService", i2: "Pending:Wait", i3: "InService", i9: "InService" });
    expect(await fleet.count(TRACK)).toMatchObject({ asked: 4, healthy: 1 });
  });

  test("that can't be counted aren't guessed", async () => {
    balancing.on(DescribeTargetHealthCommand).rejects(apiError("Throttling", 400));
    await expect(fleet.count(TRACK)).rejects.toThrow("Throttling");
    groups.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [] });
    await expect(fleet.count(TRACK)).rejects.toThrow();
  });

  test("are asked for, and what was taken from the least number comes back", async () => {
    given(1, 1, { i1: "InService" });
    await fleet.grow(TRACK, 3);
    expect(updates()).toEqual([{ AutoScalingGroupName: "beta-blue-1", MinSize: 2, DesiredCapacity: 3 }]);
  });

  test("are never made fewer by asking for more", async () => {
    given(4, 2, {});
    await fleet.grow(TRACK, 3);
    expect(updates()).toEqual([]);
  });

  test("beyond what the track may have are refused", async () => {
    await expect(fleet.grow(TRACK, 5)).rejects.toThrow("may have 4 servers, it would need 5");
    expect(updates()).toEqual([]);
  });

  test("are taken away but one", async () => {
    await fleet.shrink(TRACK);
    expect(updates()).toEqual([{ AutoScalingGroupName: "beta-blue-1", MinSize: 1, DesiredCapacity: 1 }]);
  });
});

test("are waited for until all that were asked for are healthy, but not for ever", async () => {
  const of = (State: "initial" | "healthy") => ({
    TargetHealthDescriptions: ["i1", "i2"].map((Id) => ({ Target: { Id }, TargetHealth: { State } })),
  });
  balancing.on(DescribeTargetHealthCommand).resolvesOnce(of("initial")).resolves(of("healthy"));
  await fleet.healthy(TRACK);
  expect(balancing.commandCalls(DescribeTargetHealthCommand)).toHaveLength(2);
  healthy("i1");
  await expect(fleet.healthy(TRACK)).rejects.toThrow("waited 1200 s for the servers of beta-blue-1");
});
