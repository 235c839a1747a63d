import { gzipSync } from "node:zlib";
import {
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  BackupClient,
  DescribeRestoreJobCommand,
  GetRecoveryPointRestoreMetadataCommand,
  ListRecoveryPointsByBackupVaultCommand,
  StartRestoreJobCommand,
} from "@aws-sdk/client-backup";
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  type DBInstance,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  RDSClient,
  RestoreDBInstanceToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCommandInvocationCommand, SendCommandCommand, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, expect, test } from "vitest";
import { smoke } from "../../../infra/settings/schema/asked/smoke.ts";
import { type AwsRestoreDrill, drillRestoreOnAws } from "../../../rollout/drill/restore/aws.ts";
import { NO_CONNECTION, NOT_TRACKED } from "../../../rollout/drill/restore/within/compare-script.ts";
import { apiError, fakeClock, fakeEngine } from "../aws/example.ts";

const backup = mockClient(BackupClient);
const rds = mockClient(RDSClient);
const s3 = mockClient(S3Client);
const ssm = mockClient(SSMClient);
const groups = mockClient(AutoScalingClient);
const balancing = mockClient(ElasticLoadBalancingV2Client);
const mocks = [backup, rds, s3, ssm, groups, balancing];
afterAll(() => {
  for (const each of mocks) each.restore();
});

const NOW = Date.UTC(2026, 10, 21, 12, 30);
const HOUR = 3600_000;
const COPY = "beta-1234567-drill-20261121123000";
const point = (hours: number, Status = "COMPLETED", StatusMessage?: string) => ({
  RecoveryPointArn: `arn:aws:backup:us-east-1:123456789012:recovery-point:p${hours}`,
  CreationDate: new Date(NOW - hours * HOUR),
  Status: Status as "COMPLETED",
  StatusMessage,
});
const live: DBInstance = {
  DBInstanceIdentifier: "beta-1234567",
  DBInstanceStatus: "available",
  DBInstanceClass: "db.t4g.medium",
  Engine: "postgres",
  EngineVersion: "16.4",
  StorageEncrypted: true,
  PubliclyAccessible: false,
  AllocatedStorage: 20,
  MasterUsername: "app_beta",
  DBName: "app_beta",
  Endpoint: { Address: "live.example", Port: 5432 },
  DBSubnetGroup: { DBSubnetGroupName: "beta-database" },
  VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1" }],
  LatestRestorableTime: new Date(NOW - 200_000),
};

let copy: DBInstance | undefined;

beforeEach(() => {
  for (const each of mocks) each.reset();
  copy = undefined;
  const make = () => {
    copy = { ...live, DBInstanceIdentifier: COPY, Endpoint: { Address: "copy.example", Port: 5432 } };
  };
  s3.on(GetObjectCommand).rejects(apiError("NoSuchKey", 404));
  s3.on(PutObjectCommand).resolves({ ETag: '"1"' });
  backup.on(ListRecoveryPointsByBackupVaultCommand).resolves({ RecoveryPoints: [point(0.5), point(6.5)] });
  backup.on(GetRecoveryPointRestoreMetadataCommand).resolves({
    RestoreMetadata: { DBInstanceIdentifier: "beta-1234567", MultiAZ: "true", Engine: "postgres" },
  });
  backup.on(StartRestoreJobCommand).callsFake(() => {
    make();
    return { RestoreJobId: "job-1" };
  });
  backup.on(DescribeRestoreJobCommand).resolvesOnce({ Status: "RUNNING" }).resolves({ Status: "COMPLETED" });
  rds.on(RestoreDBInstanceToPointInTimeCommand).callsFake(make);
  rds.on(DescribeDBInstancesCommand).callsFake(({ DBInstanceIdentifier }) => {
    if (DBInstanceIdentifier !== COPY) return { DBInstances: [live] };
    if (!copy) throw apiError("DBInstanceNotFoundFault", 404);
    return { DBInstances: [copy] };
  });
  rds.on(DeleteDBInstanceCommand).callsFake(async () => {
    copy = { ...copy, DBInstanceStatus: "deleting" };
  });
  const instance = (InstanceId: string, LifecycleState: "InService" | "Pending") => ({
    InstanceId,
    LifecycleState,
    AvailabilityZone: "us-east-1a",
    HealthStatus: "Healthy",
    ProtectedFromScaleIn: false,
  });
  groups.on(DescribeAutoScalingGroupsCommand).resolves({
    AutoScalingGroups: [
      { Instances: [instance("i-new", "Pending"), instance("i-blue", "InService")] } as AutoScalingGroup,
    ],
  });
  balancing.on(DescribeTargetHealthCommand).resolves({
    TargetHealthDescriptions: ["i-new", "i-blue"].map((Id) => ({
      Target: { Id },
      TargetHealth: { State: "healthy" },
    })),
  });
  scriptsSay(COMPARED, REPLIES);
});

const COMPARED = {
  ...{ tables: 2, rows: 40, copied: 44, dated: true, newest: NOW - 2 * HOUR, bad: 0, worst: [] },
  ...{ checksums: true, indexes: 3, indexError: null, corrupt: false },
};
const REPLIES = replies("HTTP/2 200\r\nx-track: blue\r\n", "fine");
const TESTS = smoke.parse([{ path: "/health", expect: { contains: "fine" } }]);

function replies(headers: string, body: string, part = "whole"): string {
  const packed = (text: string) => gzipSync(text).toString("base64");
  return `version 0123456789ab\nreply 0 0 0.012 ${packed(headers)} ${packed(body)} ${part}\n`;
}

/** The two scripts that a server is sent, and how the first ends. */
function scriptsSay(compared: object, replied: string, { code = 0, stderr = "" } = {}): void {
  const sent = (comment: string) => ({ CommandId: comment, Status: "Success" as const, ResponseCode: 0 });
  ssm.on(SendCommandCommand).callsFake(({ Comment }) => ({ Command: { CommandId: Comment } }));
  ssm
    .on(GetCommandInvocationCommand, { CommandId: "restore drill: compare the copy" })
    .rejectsOnce(apiError("InvocationDoesNotExist", 400))
    .resolvesOnce({ Status: "InProgress", ResponseCode: -1 })
    .resolves({
      ...sent("compare"),
      ...(code !== 0 && { Status: "Failed", ResponseCode: code }),
      StandardOutputContent: `${JSON.stringify(compared)}\n`,
      StandardErrorContent: stderr,
    });
  ssm
    .on(GetCommandInvocationCommand, { CommandId: "restore drill: try the application" })
    .resolves({ ...sent("try"), StandardOutputContent: replied });
}

const drill = (over: Partial<AwsRestoreDrill> = {}) =>
  drillRestoreOnAws({
    stack: "beta",
    projectDir: "/nowhere",
    by: "me@here",
    say: () => {},
    clock: fakeClock(NOW),
    engine: fakeEngine(),
    declared: { schedules: ["cron(0 0/6 * * ? *)"], smoke: TESTS, stable: "blue" },
    ...over,
  });
const verdicts = ({ checks }: Awaited<ReturnType<typeof drill>>) =>
  Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));

test("restores the newest backup beside the live database, and deletes the copy", async () => {
  const record = await drill();
  expect(verdicts(record)).toEqual({
    backups: "pass",
    restored: "pass",
    "row counts": "pass",
    digests: "pass",
    checksums: "pass",
    "smoke test": "pass",
    RPO: "pass",
    removed: "pass",
  });
  expect(record).toMatchObject({ outcome: "passed", facts: { recoveryPoint: "p0.5", copy: COPY } });
  expect(record.figures).toEqual({ rtoSeconds: 20, rpoSeconds: 200 });
  expect(backup.commandCalls(StartRestoreJobCommand)[0]!.args[0].input).toMatchObject({
    RecoveryPointArn: point(0.5).RecoveryPointArn,
    IamRoleArn: "arn:aws:iam::123456789012:role/beta-backups",
    Metadata: {
      DBInstanceIdentifier: COPY,
      DBSubnetGroupName: "beta-database",
      VpcSecurityGroupIds: '["sg-1"]',
      MultiAZ: "false",
      PubliclyAccessible: "false",
    },
  });
  expect(rds.commandCalls(DeleteDBInstanceCommand)[0]!.args[0].input).toEqual({
    DBInstanceIdentifier: COPY,
    SkipFinalSnapshot: true,
    DeleteAutomatedBackups: true,
  });
  const { Key, Body } = s3.commandCalls(PutObjectCommand)[0]!.args[0].input;
  expect(Key).toBe("beta/drills.jsonl");
  expect(JSON.parse(String(Body))).toEqual(record);
});

test("goes back to a moment by RDS itself", async () => {
  const at = NOW - HOUR;
  const record = await drill({ at });
  expect(rds.commandCalls(RestoreDBInstanceToPointInTimeCommand)[0]!.args[0].input).toMatchObject({
    SourceDBInstanceIdentifier: "beta-1234567",
    TargetDBInstanceIdentifier: COPY,
    RestoreTime: new Date(at),
    VpcSecurityGroupIds: ["sg-1"],
    PubliclyAccessible: false,
  });
  expect(verdicts(record)).toMatchObject({ restored: "pass", moment: "pass", removed: "pass" });
  scriptsSay({ ...COMPARED, newest: at + 1 }, REPLIES);
  expect(verdicts(await drill({ at }))).toMatchObject({ moment: "fail", digests: "pass" });
  await expect(drill({ at: NOW - 1000 })).rejects.toThrow("back to 2026-11-21T12:26:40.000Z at the latest");
});

test("has a server of the stable track look, where the copy listens, and tells it no secret", async () => {
  await drill();
  const sent = ssm.commandCalls(SendCommandCommand).map(({ args }) => args[0].input);
  expect(sent.map(({ InstanceIds }) => InstanceIds)).toEqual([["i-blue"], ["i-blue"]]);
  for (const { DocumentName, Parameters } of sent) {
    expect(DocumentName).toBe("AWS-RunShellScript");
    expect(Parameters!.commands![0]).toBe("#!/bin/bash");
    expect(Parameters!.commands!.join("\n")).toContain("@copy.example:5432/");
  }
  // What was committed before the backup began must be in it.
  expect(sent[0]!.Parameters!.commands!.join("\n")).toContain(new Date(NOW - 0.5 * HOUR).toISOString());
});

const lost = { table: "public.a", rows: 20, missing: false, copied: 24, lost: 1 };
test.each([
  [
    "rows are lost",
    { bad: 1, worst: [lost] },
    { "row counts": "pass", digests: "fail" },
    "public.a: 1 of 20 rows are lost or not the same",
  ],
  [
    "a table is missing",
    { bad: 1, worst: [{ ...lost, missing: true, copied: 0, lost: 20 }] },
    { "row counts": "fail", digests: "fail" },
    "public.a: is missing, 20 rows",
  ],
  [
    "a table is short",
    { bad: 1, worst: [{ ...lost, copied: 3, lost: 17 }] },
    { "row counts": "fail" },
    "public.a: 3 rows, 20 are as old",
  ],
  ["many tables are bad", { bad: 21, worst: Array(20).fill(lost) }, { digests: "fail" }, "and 1 more tables"],
  [
    "an index is damaged",
    { indexes: null, indexError: "broken", corrupt: true },
    { checksums: "fail" },
    "an index is damaged: broken",
  ],
  [
    "indexes may not be read",
    { indexes: null, indexError: "denied" },
    { checksums: "pass" },
    "its indexes weren't (denied)",
  ],
  ["there are no checksums", { checksums: false }, { checksums: "unknown" }, "the database has no checksums"],
  [
    "nothing was written since times are kept",
    { dated: false },
    { "row counts": "unknown", digests: "unknown" },
    "no row's time of commit is known",
  ],
])("tells when %s", async (_, found, expected, details) => {
  scriptsSay({ ...COMPARED, ...found }, REPLIES);
  const record = await drill();
  expect(verdicts(record)).toMatchObject(expected);
  expect(record.checks.map((check) => check.details).join("\n")).toContain(details);
});

test.each([
  [
    "the copy takes no connection",
    { code: NO_CONNECTION, stderr: "x\nrefused\n" },
    { "row counts": "fail" },
    "the copy takes no connection: refused",
  ],
  [
    "commits aren't timed yet",
    { code: NOT_TRACKED },
    { digests: "unknown" },
    "the database must be rebooted once",
  ],
  [
    "the script fails",
    { code: 3, stderr: "permission denied for table a\n" },
    { digests: "unknown" },
    "on i-blue: permission denied for table a",
  ],
])("tells when %s, and tries the application all the same", async (_, ended, expected, details) => {
  scriptsSay(COMPARED, REPLIES, ended);
  const record = await drill();
  expect(verdicts(record)).toMatchObject({ ...expected, "smoke test": "pass" });
  expect(record.checks.map((check) => check.details).join("\n")).toContain(details);
});

test.each([
  [
    "answers something else",
    replies("HTTP/2 200\r\nx-track: blue\r\n", "bad"),
    "fail",
    "FAILED, the body doesn't hold",
  ],
  [
    "is another track's",
    replies("HTTP/2 200\r\nx-track: green\r\n", "fine"),
    "fail",
    "came from green, not blue",
  ],
  [
    "answers too much to be told",
    replies("HTTP/2 200\r\nx-track: blue\r\n", "f", "cut"),
    "unknown",
    "its answer is too long",
  ],
  ["doesn't answer", "version x\nreply 0 28 5.0 H4s= H4s= whole\n", "fail", "no answer (curl ended with 28)"],
  ["wasn't asked", "version x\n", "unknown", "nothing is known of GET /health"],
])("an application that %s doesn't pass", async (_, replied, verdict, details) => {
  scriptsSay(COMPARED, replied);
  const found = (await drill()).checks.find(({ name }) => name === "smoke test")!;
  expect(found).toMatchObject({ verdict, details: expect.stringContaining(details) });
});

test.each([
  [
    "no server is healthy",
    () => balancing.on(DescribeTargetHealthCommand).resolves({}),
    "no server of blue is healthy",
  ],
  [
    "Systems Manager doesn't know the server",
    () => ssm.on(SendCommandCommand).rejects(apiError("InvalidInstanceId", 400, "")),
    "Systems Manager doesn't reach the server",
  ],
  [
    "one may not ask",
    () => ssm.on(SendCommandCommand).rejects(apiError("AccessDeniedException", 400, "not authorized")),
    "not authorized",
  ],
])("what can't be looked at is unknown, not passed: %s", async (_, arrange, details) => {
  arrange();
  const record = await drill();
  expect(record.outcome).toBe("incomplete");
  expect(verdicts(record)).toMatchObject({
    ...{ "row counts": "unknown", digests: "unknown", checksums: "unknown", "smoke test": "unknown" },
    ...{ restored: "pass", removed: "pass" },
  });
  expect(record.checks.find(({ name }) => name === "digests")!.details).toContain(details);
});

test.each([
  ["failed", [point(1, "PARTIAL", "no space"), point(6)], "p1: PARTIAL, no space"],
  [
    "too old",
    [point(30)],
    "p30: the newest good backup is 30.0 h old, the next was due 2026-11-20T12:00:00.000Z",
  ],
  ["missing", [], "the vault holds no good backup of the database"],
])("a backup that is %s is named", async (_, RecoveryPoints, details) => {
  backup.on(ListRecoveryPointsByBackupVaultCommand).resolves({ RecoveryPoints });
  const { checks, outcome } = await drill();
  expect(checks[0]).toEqual({ name: "backups", verdict: "fail", details });
  expect(outcome).toBe("failed");
});

test("a restore that fails is told, and what it made is deleted", async () => {
  backup.on(DescribeRestoreJobCommand).resolves({ Status: "FAILED", StatusMessage: "no capacity" });
  const record = await drill();
  expect(record.checks.find(({ name }) => name === "restored")).toEqual({
    name: "restored",
    verdict: "fail",
    details: "restore job job-1 ended FAILED: no capacity",
  });
  expect(copy?.DBInstanceStatus).toBe("deleting");
});

test("an interrupted drill deletes what a running job still makes", async () => {
  backup.on(DescribeRestoreJobCommand).resolves({ Status: "RUNNING" });
  const stop = new AbortController();
  const clock = fakeClock(NOW);
  const { sleep } = clock;
  let deletions = 0;
  clock.sleep = async (ms) => {
    await sleep(ms);
    stop.abort();
  };
  rds.on(DeleteDBInstanceCommand).callsFake(async () => {
    deletions += 1;
    // It is being made, twice over.
    if (deletions < 3) throw apiError("InvalidDBInstanceStateFault", 400);
    copy = undefined;
    backup.on(DescribeRestoreJobCommand).resolves({ Status: "ABORTED" });
  });
  const record = await drill({ clock, signal: stop.signal });
  expect(deletions).toBe(3);
  expect(verdicts(record)).toMatchObject({ restored: "fail", removed: "pass" });
});

test("a copy that can't be deleted is a failure that says how to", async () => {
  rds.on(DeleteDBInstanceCommand).rejects(apiError("AccessDenied", 403));
  const record = await drill();
  const { verdict, details } = record.checks.at(-1)!;
  expect(verdict).toBe("fail");
  expect(details).toContain(
    `aws rds delete-db-instance --db-instance-identifier ${COPY} --skip-final-snapshot`,
  );
});
