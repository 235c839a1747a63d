import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
} from "@aws-sdk/client-auto-scaling";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { Replacements } from "../../../rollout/platforms/aws/replacement.ts";
import { fakeClock } from "./example.ts";

const groups = mockClient(AutoScalingClient);
afterAll(() => groups.restore());
beforeEach(() => groups.reset());

const GROUP = "beta-blue-1";
const replacements = new Replacements({ region: "us-east-1", clock: fakeClock() });

describe("a deployment", () => {
  const refresh = (Status: string, InstanceRefreshId = "r1") => ({
    InstanceRefreshId,
    Status: Status as "Pending",
    StatusReason: "a server didn't report for service",
  });
  const none = new Set<string>();

  test("waits for the replacement to be over", async () => {
    groups
      .on(DescribeInstanceRefreshesCommand)
      .resolvesOnce({ InstanceRefreshes: [refresh("Pending")] })
      .resolvesOnce({ InstanceRefreshes: [refresh("InProgress")] })
      .resolves({ InstanceRefreshes: [refresh("Successful")] });
    await replacements.settle(GROUP, none);
    expect(groups.commandCalls(DescribeInstanceRefreshesCommand)).toHaveLength(3);
  });

  test.each(["Failed", "Cancelled", "RollbackSuccessful"])("has failed when it is %s", async (status) => {
    groups.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [refresh(status)] });
    await expect(replacements.settle(GROUP, none)).rejects.toThrow(
      `didn't replace its servers (${status}): a server didn't report for service`,
    );
  });

  test("isn't blamed for one that failed before, but for one that still ran", async () => {
    const before = [refresh("InProgress", "r2"), refresh("Failed", "r1")];
    groups.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: before });
    const history = await replacements.history(GROUP);
    expect([...history]).toEqual(["r1"]);
    groups.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: before.slice(1) });
    await replacements.settle(GROUP, history);
    groups.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [refresh("Failed", "r2")] });
    await expect(replacements.settle(GROUP, history)).rejects.toThrow("didn't replace its servers");
  });

  test("ends when the replacement doesn't", async () => {
    groups.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes: [refresh("InProgress")] });
    await expect(replacements.settle(GROUP, none)).rejects.toThrow("waited 3600 s for beta-blue-1");
  });

  test.each([
    ["older servers are replaced", ["1", "2"], [], 1],
    ["not while they are being replaced", ["1", "2"], [refresh("InProgress")], 0],
    ["again after it failed", ["1", "1"], [refresh("Failed")], 1],
    ["not where all are new", ["2", "2"], [], 0],
  ])("%s", async (_, versions, InstanceRefreshes, times) => {
    groups.on(StartInstanceRefreshCommand).resolves({});
    groups.on(DescribeInstanceRefreshesCommand).resolves({ InstanceRefreshes });
    const Instances = versions.map((Version) => ({ LaunchTemplate: { Version } }));
    const group = { LaunchTemplate: { Version: "2" }, Instances };
    groups.on(DescribeAutoScalingGroupsCommand).resolves({ AutoScalingGroups: [group as never] });
    await replacements.replaceOld(GROUP);
    expect(groups.commandCalls(StartInstanceRefreshCommand)).toHaveLength(times);
  });
});
