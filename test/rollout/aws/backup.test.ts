import { BackupClient, DescribeBackupJobCommand, StartBackupJobCommand } from "@aws-sdk/client-backup";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, expect, test } from "vitest";
import { backUp } from "../../../rollout/platforms/aws/backup.ts";
import { factsOf } from "../../../rollout/platforms/aws/deployment.ts";
import { holdToLock, type Lock } from "../../aws/rules/vault-lock.ts";
import { recordStack } from "../../support/stacks.ts";
import { apiError, deployment, fakeClock } from "./example.ts";

const backup = mockClient(BackupClient);
afterAll(() => backup.restore());
beforeEach(() => {
  backup.reset();
  backup.on(StartBackupJobCommand).resolves({ BackupJobId: "job-1" });
});

const begin = (name = "before r1") =>
  backUp(name, factsOf(deployment()), { region: "us-east-1", clock: fakeClock() });
const tokens = () =>
  backup.commandCalls(StartBackupJobCommand).map(({ args }) => args[0].input.IdempotencyToken);

test("is of the database, into the stack's vault, and over when it is complete", async () => {
  backup.on(DescribeBackupJobCommand).resolvesOnce({ State: "RUNNING" }).resolves({ State: "COMPLETED" });
  expect(await begin()).toEqual({ id: "job-1" });
  expect(backup.commandCalls(StartBackupJobCommand)[0]!.args[0].input).toMatchObject({
    BackupVaultName: "beta-backups-1234567",
    ResourceArn: "arn:aws:rds:us-east-1:123456789012:db:beta-1234567",
    IamRoleArn: "arn:aws:iam::123456789012:role/beta-backups",
    RecoveryPointTags: { rollout: "before r1" },
    Lifecycle: { DeleteAfterDays: 30 },
  });
});

test("is kept as long as the plan's own, which a locked vault allows; one without an end it fails", async () => {
  const prod = await recordStack("prod");
  const lock: Lock = prod.one("aws:backup/vaultLockConfiguration:VaultLockConfiguration").inputs;
  backup.on(DescribeBackupJobCommand).resolves({ State: "COMPLETED" });
  const facts = { ...factsOf(deployment()).backup, retentionDays: prod.outputs.backupRetentionDays };
  await backUp("a", { backup: facts }, { region: "us-east-1", clock: fakeClock() });
  const { Lifecycle } = backup.commandCalls(StartBackupJobCommand)[0]!.args[0].input;
  expect(() => holdToLock(lock, Lifecycle)).not.toThrow();
  expect(() => holdToLock(lock, undefined)).toThrow("Infinity days");
});

test("isn't begun for a stack that doesn't say how long", async () => {
  const old = deployment();
  delete old.resources![0]!.outputs!.backupRetentionDays;
  const begun = backUp("a", factsOf(old), { region: "us-east-1", clock: fakeClock() });
  await expect(begun).rejects.toThrow("run `pulumi up` of the whole stack");
  expect(backup.commandCalls(StartBackupJobCommand)).toEqual([]);
});

test("the same name asks with the same token, another with another", async () => {
  backup.on(DescribeBackupJobCommand).resolves({ State: "COMPLETED" });
  for (const name of ["a", "a", "b"]) await begin(name);
  const [first, again, other] = tokens();
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test.each(["FAILED", "ABORTED", "EXPIRED"])("that ends %s is no backup", async (State) => {
  backup.on(DescribeBackupJobCommand).resolves({ State: State as "FAILED", StatusMessage: "no space" });
  await expect(begin()).rejects.toThrow(`ended ${State}: no space`);
});

test("that can't be followed, or never ends, is no backup", async () => {
  backup.on(DescribeBackupJobCommand).resolves({ State: "RUNNING" });
  await expect(begin()).rejects.toThrow("waited 7200 s for backup before r1");
  backup.on(DescribeBackupJobCommand).rejects(apiError("ServiceUnavailable", 503));
  await expect(begin()).rejects.toThrow("ServiceUnavailable");
});
