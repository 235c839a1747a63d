import { AppConfigClient, GetEnvironmentCommand, ListDeploymentsCommand } from "@aws-sdk/client-appconfig";
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateDBSnapshotCommand, DescribeDBSnapshotsCommand, RDSClient } from "@aws-sdk/client-rds";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { flagsAreFree } from "../../../infra/hooks/flags-free.ts";
import { snapshotTaken } from "../../../infra/hooks/snapshot.ts";
import { speaks } from "../../../infra/hooks/speaking.ts";
import type { Waiting } from "../../../infra/hooks/waiting.ts";

const cloudWatch = mockClient(CloudWatchClient);
const appConfig = mockClient(AppConfigClient);
const rds = mockClient(RDSClient);
let heard: string[];
let time: number;
const waiting: Waiting = {
  now: () => time,
  sleep: async (milliseconds) => {
    time += milliseconds;
  },
  say: (text) => heard.push(text),
  warn: (text) => heard.push(`warning: ${text}`),
};
const minutes = () => (time - Date.UTC(2026, 10, 29)) / 60_000;

beforeEach(() => {
  cloudWatch.reset();
  appConfig.reset();
  rds.reset();
  heard = [];
  time = Date.UTC(2026, 10, 29);
});
// Files share a worker: another one's mock of the same class comes after this one.
afterAll(() => {
  cloudWatch.restore();
  appConfig.restore();
  rds.restore();
});

describe("an alarm to which silence is bad", () => {
  const metric = {
    namespace: "AWS/ApplicationELB",
    metricName: "HealthyHostCount",
    dimensions: { TargetGroup: "targetgroup/blue" },
  };
  const figures = (count: number) => ({
    MetricDataResults: [{ Id: "figures", Values: Array(count).fill(1) }],
  });

  test("is made at once when its metric has figures", async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(figures(3));
    await speaks(metric, "us-east-1", waiting);
    expect(heard).toEqual([]);
    const [query] = cloudWatch.commandCalls(GetMetricDataCommand)[0]!.args[0].input.MetricDataQueries!;
    expect(query!.MetricStat!.Metric).toEqual({
      Namespace: "AWS/ApplicationELB",
      MetricName: "HealthyHostCount",
      Dimensions: [{ Name: "TargetGroup", Value: "targetgroup/blue" }],
    });
  });

  test("waits for the first one, and says so once", async () => {
    cloudWatch
      .on(GetMetricDataCommand)
      .resolvesOnce(figures(0))
      .resolvesOnce(figures(0))
      .resolves(figures(1));
    await speaks(metric, "us-east-1", waiting);
    expect(heard).toEqual(["waiting for the first figure of HealthyHostCount of targetgroup/blue"]);
    expect(minutes()).toBe(0.5);
  });

  test("is made after ten minutes all the same: an `up` isn't held for ever", async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(figures(0));
    await speaks(metric, "us-east-1", waiting);
    expect(heard.at(-1)).toBe(
      "warning: no figure of HealthyHostCount of targetgroup/blue in 10 min: its alarm will go off",
    );
    expect(minutes()).toBe(10);
  });

  test("and where nobody may look", async () => {
    cloudWatch.on(GetMetricDataCommand).rejects(new Error("AccessDenied"));
    await speaks(metric, "us-east-1", waiting);
    expect(heard).toEqual([expect.stringMatching(/^warning: can't see whether .*AccessDenied$/)]);
  });
});

describe("flags", () => {
  const deployment = { applicationId: "app", environmentId: "env" };
  const state = (StateValue: "OK" | "ALARM" | "INSUFFICIENT_DATA") => ({
    CompositeAlarms: [{ AlarmName: "beta-blue-state", StateValue }],
  });
  beforeEach(() => {
    appConfig.on(ListDeploymentsCommand).resolves({ Items: [{ DeploymentNumber: 1, State: "COMPLETE" }] });
    appConfig.on(GetEnvironmentCommand).resolves({
      Monitors: [{ AlarmArn: "arn:aws:cloudwatch:us-east-1:123456789012:alarm:beta-blue-state" }],
    });
    cloudWatch.on(DescribeAlarmsCommand).resolves(state("OK"));
  });

  test("are deployed at once when nothing is under way and every alarm rests", async () => {
    await flagsAreFree(deployment, "us-east-1", waiting);
    expect(heard).toEqual([]);
    expect(cloudWatch.commandCalls(DescribeAlarmsCommand)[0]!.args[0].input.AlarmNames).toEqual([
      "beta-blue-state",
    ]);
  });

  test("wait for the last deployment: a change within its bake doesn't fail", async () => {
    const baking = { Items: [{ DeploymentNumber: 2, State: "BAKING" as const }] };
    appConfig.on(ListDeploymentsCommand).resolvesOnce(baking).resolvesOnce(baking).resolves({ Items: [] });
    await flagsAreFree(deployment, "us-east-1", waiting);
    expect(heard).toEqual(["waiting for deployment 2 of the flags to end: it is BAKING"]);
  });

  test("wait until a new alarm knows its state: AppConfig takes INSUFFICIENT_DATA for a failure", async () => {
    cloudWatch.on(DescribeAlarmsCommand).resolvesOnce(state("INSUFFICIENT_DATA")).resolves(state("OK"));
    await flagsAreFree(deployment, "us-east-1", waiting);
    expect(heard).toEqual(["waiting for the first state of beta-blue-state"]);
  });

  test("aren't deployed while an alarm is on: they would be taken back, and `up` be green", async () => {
    cloudWatch.on(DescribeAlarmsCommand).resolves(state("ALARM"));
    await expect(flagsAreFree(deployment, "us-east-1", waiting)).rejects.toThrow(
      "beta-blue-state is on: AppConfig would take the new flags back",
    );
  });

  test("are left to AppConfig where nobody may look", async () => {
    appConfig.on(ListDeploymentsCommand).rejects(new Error("AccessDenied"));
    await flagsAreFree(deployment, "us-east-1", waiting);
    expect(heard).toEqual(["warning: can't see whether flags can be deployed now: AccessDenied"]);
  });
});

describe("a database that is upgraded", () => {
  const [old, now] = ["16", "17"].map((engineVersion) => ({ identifier: "prod-database", engineVersion }));
  const taken = () => snapshotTaken(old!, now!, "us-east-1", waiting, new Date(time));
  const seen = (...states: string[]) => {
    for (const Status of states)
      rds.on(DescribeDBSnapshotsCommand).resolvesOnce({ DBSnapshots: [{ Status }] });
  };

  test("isn't touched before its snapshot is complete", async () => {
    rds
      .on(DescribeDBSnapshotsCommand)
      .resolvesOnce({ DBSnapshots: [{ Status: "creating" }] })
      .resolves({ DBSnapshots: [{ Status: "available" }] });
    await taken();
    expect(rds.commandCalls(CreateDBSnapshotCommand).map(({ args }) => args[0].input)).toEqual([
      { DBInstanceIdentifier: "prod-database", DBSnapshotIdentifier: "prod-database-before-17-202611290000" },
    ]);
    expect(heard[0]).toBe("waiting for the snapshot prod-database-before-17-202611290000: the way back");
    expect(minutes()).toBeGreaterThan(0);
  });

  test("stays as it is when there is no snapshot", async () => {
    seen("failed");
    await expect(taken()).rejects.toThrow("failed: nothing is upgraded");
    rds.on(DescribeDBSnapshotsCommand).resolves({ DBSnapshots: [{ Status: "creating" }] });
    await expect(taken()).rejects.toThrow("no snapshot prod-database-before-17-202611290000 in 2 h");
    rds.on(CreateDBSnapshotCommand).rejects(new Error("SnapshotQuotaExceeded"));
    await expect(taken()).rejects.toThrow("SnapshotQuotaExceeded");
  });

  test("takes none for another change, or a minor version", async () => {
    await snapshotTaken({ ...old!, engineVersion: "16.4" }, old!, "us-east-1", waiting);
    expect(rds.commandCalls(CreateDBSnapshotCommand)).toEqual([]);
  });
});
