import { AppConfigClient, GetDeploymentCommand, ListDeploymentsCommand } from "@aws-sdk/client-appconfig";
import {
  BackupClient,
  ListRecoveryPointsByBackupVaultCommand,
  ListRestoreJobsByProtectedResourceCommand,
} from "@aws-sdk/client-backup";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { ListServiceQuotasCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import {
  GetSMSSandboxAccountStatusCommand,
  ListSMSSandboxPhoneNumbersCommand,
  ListSubscriptionsByTopicCommand,
  SNSClient,
} from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { readAlarms, readDisks } from "../../../rollout/check/aws/alarms.ts";
import { readBackups, readRestores } from "../../../rollout/check/aws/backups.ts";
import { readFlags } from "../../../rollout/check/aws/flags.ts";
import { readQuotas } from "../../../rollout/check/aws/quotas.ts";
import { readSecrets } from "../../../rollout/check/aws/secrets.ts";
import { StackState } from "../../../rollout/check/aws/state.ts";
import type { DrillRecord } from "../../../rollout/drill/record.ts";
import type { Graph, GraphResource } from "../../../rollout/graph/model.ts";
import { apiError } from "../aws/example.ts";

const REGION = "us-east-1";
const SNS = "arn:aws:sns:us-east-1:123456789012";
const clients = {
  appConfig: mockClient(AppConfigClient),
  backup: mockClient(BackupClient),
  cloudWatch: mockClient(CloudWatchClient),
  secrets: mockClient(SecretsManagerClient),
  quotas: mockClient(ServiceQuotasClient),
  sns: mockClient(SNSClient),
};
afterEach(() => {
  for (const client of Object.values(clients)) client.reset();
});
// Files share a worker: another one's mock of the same class comes after this one.
afterAll(() => {
  for (const client of Object.values(clients)) client.restore();
});

const resource = (type: string, outputs: Record<string, unknown>) => ({ urn: `urn:${type}`, type, outputs });
const state = new StackState({
  resources: [
    resource("pulumi:pulumi:Stack", {
      secretNames: { secretKey: "beta-key-1", operatorToken: "beta-token-1" },
      backupVault: "beta-backups-1",
      backupRetentionDays: 30,
      databaseArn: "arn:aws:rds:us-east-1:123456789012:db:beta-1",
    }),
    resource("aws:cloudwatch/metricAlarm:MetricAlarm", { name: "beta-errors-1" }),
    resource("aws:cloudwatch/metricAlarm:MetricAlarm", { name: "beta-hosts-disk-1" }),
    resource("aws:cloudwatch/compositeAlarm:CompositeAlarm", { alarmName: "beta-state" }),
  ],
});

describe("alarms", () => {
  const alarm = (name: string, topic?: string) => ({
    AlarmName: name,
    AlarmArn: `arn:aws:cloudwatch:us-east-1:123456789012:alarm:${name}`,
    ActionsEnabled: true,
    AlarmActions: topic ? [`${SNS}:${topic}`] : [],
    StateValue: "OK" as const,
  });

  test("are wired as CloudWatch and SNS say, page by page; a deleted one tells nobody", async () => {
    const errors = alarm("beta-errors-1", "beta-p1");
    clients.cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [errors],
      CompositeAlarms: [
        { ...alarm("beta-state"), AlarmRule: `ALARM("${errors.AlarmArn}") OR ALARM(beta-hosts-disk-1)` },
      ],
    });
    clients.sns
      .on(ListSubscriptionsByTopicCommand)
      .resolvesOnce({
        Subscriptions: [
          { Protocol: "email", Endpoint: "ann@example.com", SubscriptionArn: `${SNS}:beta-p1:1` },
        ],
        NextToken: "more",
      })
      .resolvesOnce({
        Subscriptions: [
          { Protocol: "email", Endpoint: "bob@example.com", SubscriptionArn: "PendingConfirmation" },
        ],
      });
    const facts = await readAlarms(state, REGION);
    expect(facts.alarms).toEqual([
      { name: "beta-errors-1", topics: [`${SNS}:beta-p1`], enabled: true },
      { name: "beta-state", topics: [], enabled: true, parts: ["beta-errors-1", "beta-hosts-disk-1"] },
      { name: "beta-hosts-disk-1", topics: [], enabled: true },
    ]);
    expect(facts.topics).toEqual({
      [`${SNS}:beta-p1`]: [
        { protocol: "email", endpoint: "ann@example.com", confirmed: true },
        { protocol: "email", endpoint: "bob@example.com", confirmed: false },
      ],
    });
  });

  test("say which numbers SNS's sandbox sends to, where someone is told by SMS", async () => {
    clients.cloudWatch
      .on(DescribeAlarmsCommand)
      .resolves({ MetricAlarms: [alarm("beta-errors-1", "beta-p1")] });
    clients.sns.on(ListSubscriptionsByTopicCommand).resolves({
      Subscriptions: [{ Protocol: "sms", Endpoint: "+12025550123", SubscriptionArn: `${SNS}:beta-p1:1` }],
    });
    clients.sns.on(GetSMSSandboxAccountStatusCommand).resolves({ IsInSandbox: true });
    clients.sns.on(ListSMSSandboxPhoneNumbersCommand).resolves({
      PhoneNumbers: [
        { PhoneNumber: "+12025550100", Status: "Verified" },
        { PhoneNumber: "+12025550123", Status: "Pending" },
      ],
    });
    expect((await readAlarms(state, REGION)).smsOnlyTo).toEqual(["+12025550100"]);
    clients.sns.on(GetSMSSandboxAccountStatusCommand).resolves({ IsInSandbox: false });
    expect((await readAlarms(state, REGION)).smsOnlyTo).toBeUndefined();
  });

  test("on disks say whether one is too full, or that they have no figures", async () => {
    const disk = alarm("beta-hosts-disk-1");
    const states = [{ StateValue: "ALARM" as const }, { StateValue: "INSUFFICIENT_DATA" as const }];
    clients.cloudWatch
      .on(DescribeAlarmsCommand)
      .resolvesOnce({ MetricAlarms: [{ ...disk, ...states[0]! }] })
      .resolvesOnce({ MetricAlarms: [{ ...disk, ...states[1]! }] });
    expect(await readDisks(state, REGION)).toEqual([{ what: "beta-hosts-disk-1", tooFull: true }]);
    expect(await readDisks(state, REGION)).toEqual([{ what: "beta-hosts-disk-1", tooFull: undefined }]);
    expect(clients.cloudWatch.calls()[0]!.args[0].input).toMatchObject({ AlarmNames: ["beta-hosts-disk-1"] });
  });
});

test("secrets are measured and not told", async () => {
  clients.secrets
    .on(DescribeSecretCommand, { SecretId: "beta-key-1" })
    .resolves({ LastChangedDate: new Date(1000), RotationEnabled: false })
    .on(GetSecretValueCommand, { SecretId: "beta-key-1" })
    .resolves({ SecretString: "Zk3v9QmXw27TfLbR8sHdYc5NgPaJ4uEt" })
    .on(DescribeSecretCommand, { SecretId: "beta-token-1" })
    .rejects(new ResourceNotFoundException({ message: "gone", $metadata: {} }));
  const facts = await readSecrets(state, REGION);
  expect(facts).toEqual([
    {
      name: "secretKey",
      strength: { length: 32, bits: expect.any(Number) },
      changedAt: 1000,
      rotates: false,
    },
    { name: "operatorToken", strength: undefined },
  ]);
  expect(JSON.stringify(facts)).not.toContain("Zk3v9");
});

test("a secret that may not be read is no weak one: the check can't tell", async () => {
  clients.secrets.on(DescribeSecretCommand).rejects(apiError("AccessDeniedException", 400, "not allowed"));
  await expect(readSecrets(state, REGION)).rejects.toThrow("not allowed");
});

test("the newest backup is the newest complete one, of all pages; one that isn't whole is named", async () => {
  const point = (id: string, hour: number, Status: "COMPLETED" | "PARTIAL" = "COMPLETED") => ({
    RecoveryPointArn: `arn:aws:rds:us-east-1:123456789012:snapshot:awsbackup:job-${id}`,
    CreationDate: new Date(hour * 3_600_000),
    Status,
  });
  clients.backup
    .on(ListRecoveryPointsByBackupVaultCommand)
    .resolvesOnce({ RecoveryPoints: [point("a", 1), point("b", 5)], NextToken: "more" })
    .resolvesOnce({ RecoveryPoints: [point("c", 3), point("d", 9, "PARTIAL")] });
  expect(
    await readBackups(state, REGION, { everyHours: 6, stack: "beta", now: 10 * 3_600_000 }),
  ).toMatchObject({
    everyHours: 6,
    newest: { id: "awsbackup:job-b", at: 5 * 3_600_000 },
    problems: ["awsbackup:job-d: PARTIAL, no reason is given"],
  });
});

describe("the last restore", () => {
  const job = (id: string, hour: number, over: Record<string, unknown> = {}) => ({
    RestoreJobId: id,
    Status: "COMPLETED" as const,
    CompletionDate: new Date(hour * 3_600_000),
    ...over,
  });

  test.each<[jobs: ReturnType<typeof job>[], expected: unknown]>([
    [[], undefined],
    [[job("a", 1), job("b", 2)], { passed: true, at: 7_200_000, detail: "restore job b COMPLETED" }],
    [
      [job("a", 1), job("b", 2, { Status: "FAILED", StatusMessage: "no subnet" })],
      { passed: false, at: 7_200_000, detail: "restore job b FAILED, no subnet" },
    ],
    [
      [job("a", 1, { ValidationStatus: "FAILED" }), job("b", 2, { Status: "RUNNING" })],
      { passed: false, at: 3_600_000, detail: "restore job a COMPLETED, validation FAILED" },
    ],
  ])("that ended is what counts", async (RestoreJobs, expected) => {
    clients.backup.on(ListRestoreJobsByProtectedResourceCommand).resolves({ RestoreJobs });
    expect(await readRestores(state, REGION, [])).toEqual(expected);
  });

  const drill = (hour: number, outcome: DrillRecord["outcome"], details: string): DrillRecord => ({
    version: 1,
    id: `restore-${hour}`,
    drill: "restore",
    stack: "beta",
    on: "aws",
    startedAt: (hour - 1) * 3_600_000,
    endedAt: hour * 3_600_000,
    by: "ann@host",
    outcome,
    checks: [{ name: "row counts", verdict: outcome === "failed" ? "fail" : "unknown", details }],
    figures: {},
    facts: {},
  });

  test.each<[name: string, jobHour: number, records: DrillRecord[], expected: unknown]>([
    [
      "a copy that came up with its tables empty is a drill that failed",
      2,
      [drill(3, "failed", "orders: is empty")],
      { passed: false, at: 10_800_000, detail: "restore-3 failed, row counts: orders: is empty" },
    ],
    [
      "a drill that couldn't see everything takes nothing back from the monthly test",
      2,
      [drill(3, "incomplete", "no way in")],
      { passed: true, at: 7_200_000, detail: "restore job a COMPLETED" },
    ],
    [
      "the monthly test after it counts",
      9,
      [drill(3, "failed", "orders: is empty")],
      { passed: true, at: 32_400_000, detail: "restore job a COMPLETED" },
    ],
  ])("%s", async (_, jobHour, records, expected) => {
    clients.backup
      .on(ListRestoreJobsByProtectedResourceCommand)
      .resolves({ RestoreJobs: [job("a", jobHour)] });
    expect(await readRestores(state, REGION, records)).toEqual(expected);
  });

  test("a drill's own job proves nothing: whether rows came back is for the drill to say", async () => {
    const CreatedResourceArn = "arn:aws:rds:us-east-1:1:db:beta-database-1-drill-20261121123000";
    const RestoreJobs = [job("a", 3, { CreatedResourceArn })];
    clients.backup.on(ListRestoreJobsByProtectedResourceCommand).resolves({ RestoreJobs });
    const last = async (...records: DrillRecord[]) => (await readRestores(state, REGION, records))?.detail;
    const blind = drill(3, "incomplete", "no way in");
    expect(await last(drill(1, "failed", "orders: is empty"), blind)).toContain("orders: is empty");
    expect(await readRestores(state, REGION, [blind])).toMatchObject({ passed: false });
    expect(await readRestores(state, REGION, [])).toBeUndefined();
  });
});

test("flags: the newest deployment, and why it was taken back", async () => {
  const flags = { application: "app1234", environment: "env1234", profile: "pro1234" };
  const known = new StackState({ resources: [resource("pulumi:pulumi:Stack", { flags })] });
  clients.appConfig
    .on(ListDeploymentsCommand, { ApplicationId: "app1234", EnvironmentId: "env1234" })
    .resolves({
      Items: [
        { DeploymentNumber: 1, ConfigurationVersion: "1" },
        { DeploymentNumber: 2, ConfigurationVersion: "2" },
      ],
    });
  clients.appConfig.on(GetDeploymentCommand, { DeploymentNumber: 2 }).resolves({
    State: "ROLLED_BACK",
    EventLog: [
      { EventType: "ROLLBACK_COMPLETED", Description: "Rollback initiated by alarm" },
      { EventType: "DEPLOYMENT_STARTED", Description: "started" },
    ],
  });
  expect(await readFlags(known, REGION)).toEqual({
    number: 2,
    version: "2",
    state: "rolled back",
    why: "Rollback initiated by alarm",
  });
  clients.appConfig.on(ListDeploymentsCommand).resolves({ Items: [] });
  expect(await readFlags(known, REGION)).toBeUndefined();
});

test("quotas: what the stack needs, a deployment included, of what the account may have", async () => {
  const of = (type: string, name: string, inputs: Record<string, never | unknown>): GraphResource =>
    ({
      urn: name,
      type,
      name,
      custom: true,
      inputs,
      dependencies: [],
      options: {},
    }) as unknown as GraphResource;
  const graph: Graph = {
    version: 1,
    project: "rollout",
    stack: "beta",
    outputs: {},
    resources: [
      of("aws:autoscaling/group:Group", "blue", { maxSize: 2 }),
      of("aws:autoscaling/group:Group", "green", { maxSize: 3 }),
      of("aws:ec2/launchTemplate:LaunchTemplate", "blue", { instanceType: "m7i.xlarge" }),
      of("aws:lb/targetGroup:TargetGroup", "blue", {}),
      of("aws:lb/targetGroup:TargetGroup", "green", {}),
      of("aws:lb/loadBalancer:LoadBalancer", "alb", {}),
    ],
  };
  clients.quotas.on(ListServiceQuotasCommand, { ServiceCode: "ec2" }).resolves({
    Quotas: [{ QuotaName: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", Value: 5 }],
  });
  clients.quotas
    .on(ListServiceQuotasCommand, { ServiceCode: "elasticloadbalancing" })
    .resolves({ Quotas: [{ QuotaName: "Target Groups per Region", Value: 3000 }] });
  expect((await readQuotas(graph, REGION)).map(({ need, limit }) => [need, limit])).toEqual([
    [(2 + 3 + 3) * 4, 5],
    [2, 3000],
    [0, undefined],
    [1, undefined],
  ]);
});

test("a stack that was never up can't tell", () => {
  expect(() => new StackState({}).output("secretNames")).toThrow(
    "the stack's state doesn't have the output secretNames",
  );
});
