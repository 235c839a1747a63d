import {
  AppConfigClient,
  ListDeploymentsCommand,
  ListHostedConfigurationVersionsCommand,
} from "@aws-sdk/client-appconfig";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeDBSnapshotsCommand, RDSClient } from "@aws-sdk/client-rds";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../rollout/clock.ts";
import { automation } from "../../rollout/platforms/aws/engine.ts";
import { teardown } from "../../rollout/teardown/teardown.ts";
import { Engine, pulumiThere } from "./engine.ts";

// AWS is the echo provider, which deletes whatever it is told to: what is seen here is that the engine gets to the end.
describe.skipIf(!pulumiThere)("a teardown with the real engine", () => {
  const rds = mockClient(RDSClient);
  const balancer = mockClient(ElasticLoadBalancingV2Client);
  const appConfig = mockClient(AppConfigClient);
  const before = { ...process.env };
  let engine: Engine;

  beforeAll(async () => {
    engine = await Engine.create("beta");
    await engine.up();
    Object.assign(process.env, engine.environment);
    rds.on(DescribeDBSnapshotsCommand).resolves({ DBSnapshots: [{ Status: "available" }] });
    appConfig.on(ListDeploymentsCommand).resolves({ Items: [] });
    appConfig.on(ListHostedConfigurationVersionsCommand).resolves({ Items: [] });
  });
  afterAll(async () => {
    for (const client of [rds, balancer, appConfig]) client.restore();
    process.env = before;
    await engine?.remove();
  });

  test("`pulumi destroy` alone refuses, and the teardown leaves an empty state", async () => {
    // With its preview: without one it deletes all but what is protected, and then fails.
    expect((await engine.pulumi("destroy", "--yes", "--stack", "beta")).code).not.toBe(0);
    const plan = await teardown({
      stack: "beta",
      engine: automation({ projectDir: engine.project, stack: "beta", clock: systemClock }),
      clock: systemClock,
      confirm: async () => "beta",
      say: () => {},
    });
    expect(plan.deleted).toBeGreaterThan(150);
    expect(await engine.resources()).toEqual([]);
  });
});
