import {
  BackupClient,
  DescribeRestoreJobCommand,
  GetRecoveryPointRestoreMetadataCommand,
  ListRecoveryPointsByBackupVaultCommand,
  StartRestoreJobCommand,
} from "@aws-sdk/client-backup";
import {
  type DBInstance,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  RDSClient,
  RestoreDBInstanceToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type AwsRestoreDrill, drillRestoreOnAws } from "../../../rollout/drill/restore/aws.ts";
import { apiError, fakeClock, fakeEngine } from "../aws/example.ts";

const backup = mockClient(BackupClient);
const rds = mockClient(RDSClient);
const s3 = mockClient(S3Client);
afterAll(() => {
  for (const each of [backup, rds, s3]) each.restore();
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
  for (const each of [backup, rds, s3]) each.reset();
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
});

const unreachable = async () => ({ why: "not reached from here" });
const drill = (over: Partial<AwsRestoreDrill> = {}) =>
  drillRestoreOnAws({
    stack: "beta",
    projectDir: "/nowhere",
    by: "me@here",
    say: () => {},
    clock: fakeClock(NOW),
    engine: fakeEngine(),
    schedules: ["cron(0 0/6 * * ? *)"],
    look: unreachable,
    ...over,
  });
const verdicts = ({ checks }: Awaited<ReturnType<typeof drill>>) =>
  Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));

test("restores the newest backup beside the live database, and deletes the copy", async () => {
  const record = await drill();
  expect(verdicts(record)).toEqual({
    backups: "pass",
    restored: "pass",
    "row counts": "unknown",
    digests: "unknown",
    checksums: "unknown",
    "smoke test": "unknown",
    RPO: "pass",
    removed: "pass",
  });
  expect(record).toMatchObject({ outcome: "incomplete", facts: { recoveryPoint: "p0.5", copy: COPY } });
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
  expect(verdicts(record)).toMatchObject({ restored: "pass", moment: "unknown", removed: "pass" });
  await expect(drill({ at: NOW - 1000 })).rejects.toThrow("back to 2026-11-21T12:26:40.000Z at the latest");
});

test("reads both databases where they are reached: a table that is lost or emptied fails", async () => {
  const tables = { "public.a": { rows: 2, digest: "7" }, "public.b": { rows: 1, digest: "8" } };
  const look =
    (lost: object) =>
    async ({ host }: { host: string }) => ({
      checksums: true,
      tables: host === "copy.example" ? { ...tables, ...lost } : tables,
    });
  const good = verdicts(await drill({ look: look({}) }));
  expect(good).toMatchObject({ "row counts": "pass", checksums: "pass", digests: "unknown" });
  const bad = await drill({ look: look({ "public.a": { rows: 0, digest: "0" } }) });
  expect(bad.outcome).toBe("failed");
  expect(bad.checks.find(({ name }) => name === "row counts")?.details).toBe(
    "public.a: is empty, the live one has 2 rows",
  );
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
