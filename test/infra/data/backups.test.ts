import { describe, expect, test } from "vitest";
import { backupWindows, everyHoursCron } from "../../../infra/data/backup-schedule.ts";
import { Backups } from "../../../infra/data/backups.ts";
import { type Recording, record } from "../../support/mocks.ts";

const RULE = "aws:cloudwatch/eventRule:EventRule";

function backups(lock: boolean, everyHours = 6, stack = "beta"): Promise<Recording> {
  return record(() => {
    const { vaultName, planId, roleArn } = new Backups(stack, {
      databaseArn: "arn:database",
      everyHours,
      retentionDays: 30,
      lock,
      place: { subnetGroupName: "isolated", securityGroupId: "sg-database" },
      notifyTopicArn: "arn:p2",
    });
    return { vaultName, planId, roleArn };
  });
}

const beta = await backups(false);
const prod = await backups(true);

describe("the schedule", () => {
  test.each([
    [1, "cron(0 0/1 * * ? *)"],
    [6, "cron(0 0/6 * * ? *)"],
    [12, "cron(0 0/12 * * ? *)"],
    [24, "cron(0 0 * * ? *)"],
  ])("every %i hours is %s", (hours, cron) => {
    expect(everyHoursCron(hours)).toBe(cron);
  });

  test.each([0, 5, 7, 1.5, 48, Number.NaN])("%d hours don't divide the day and are refused", (hours) => {
    expect(() => everyHoursCron(hours)).toThrow(RangeError);
  });

  test("a job has an hour to start, and ends at least an hour after that", () => {
    expect(backupWindows(1)).toEqual({ startWindow: 60, completionWindow: 120 });
    expect(backupWindows(6)).toEqual({ startWindow: 60, completionWindow: 360 });
  });
});

test("the database is backed up every 6 hours into the vault and kept 30 days", () => {
  expect(beta.one("aws:backup/plan:Plan").inputs.rules).toEqual([
    {
      ruleName: "every-6-hours",
      targetVaultName: "${beta-backups.name}",
      schedule: "cron(0 0/6 * * ? *)",
      scheduleExpressionTimezone: "Etc/UTC",
      startWindow: 60,
      completionWindow: 360,
      enableContinuousBackup: false,
      lifecycle: { deleteAfter: 30 },
    },
  ]);
  expect(beta.one("aws:backup/selection:Selection").inputs).toMatchObject({
    planId: "${beta-backups.id}",
    iamRoleArn: "${beta-backups.arn}",
    resources: ["arn:database"],
  });
  expect(beta.outputs.roleArn).toBe("${beta-backups.arn}");
});

test("the vault is protected and never emptied along with the stack", () => {
  const vault = beta.one("aws:backup/vault:Vault");
  expect(vault.options.protect).toBe(true);
  expect(vault.inputs.forceDestroy).toBe(false);
});

test("prod's vault is locked so that an administrator can still take the lock off", () => {
  expect(prod.one("aws:backup/vaultLockConfiguration:VaultLockConfiguration").inputs).toEqual({
    backupVaultName: "${beta-backups.name}",
    minRetentionDays: 30,
    maxRetentionDays: 365,
  });
  expect(beta.of("aws:backup/vaultLockConfiguration:VaultLockConfiguration")).toEqual([]);
});

test("the newest backup is restored each month, and stays long enough to be checked", () => {
  expect(beta.one("aws:backup/restoreTestingPlan:RestoreTestingPlan").inputs).toMatchObject({
    scheduleExpression: "cron(0 3 1 * ? *)",
    recoveryPointSelection: {
      algorithm: "LATEST_WITHIN_WINDOW",
      includeVaults: ["${beta-backups.arn}"],
      recoveryPointTypes: ["SNAPSHOT"],
    },
  });
  expect(beta.one("aws:backup/restoreTestingSelection:RestoreTestingSelection").inputs).toMatchObject({
    restoreTestingPlanName: "beta_monthly_restore",
    protectedResourceType: "RDS",
    protectedResourceArns: ["arn:database"],
    validationWindowHours: 4,
  });
});

test("a restore test's name has letters, digits and underscores only, whatever the stack's", async () => {
  const recorded = await backups(false, 6, "beta-eu");
  expect(recorded.one("aws:backup/restoreTestingPlan:RestoreTestingPlan").inputs.name).toBe(
    "beta_eu_monthly_restore",
  );
});

test("the role may back up and restore, and only AWS Backup may take it", () => {
  const policies = beta.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
  expect(policies.map(({ inputs }) => inputs.policyArn).toSorted()).toEqual([
    "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
  ]);
  expect(JSON.parse(beta.one("aws:iam/role:Role").inputs.assumeRolePolicy).Statement).toEqual([
    { Effect: "Allow", Principal: { Service: "backup.amazonaws.com" }, Action: "sts:AssumeRole" },
  ]);
});

test("people hear of every backup and restore that fails", () => {
  const pattern = (name: string) => JSON.parse(beta.one(RULE, name).inputs.eventPattern);
  expect(pattern("beta-backup-failed")).toEqual({
    source: ["aws.backup"],
    "detail-type": ["Backup Job State Change"],
    detail: {
      backupVaultName: ["${beta-backups.name}"],
      state: ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"],
    },
  });
  expect(pattern("beta-restore-failed")).toEqual({
    source: ["aws.backup"],
    "detail-type": ["Restore Job State Change"],
    detail: { iamRoleArn: ["${beta-backups.arn}"], status: ["ABORTED", "FAILED"] },
  });
  for (const { inputs } of beta.of("aws:cloudwatch/eventTarget:EventTarget")) {
    expect(inputs.arn).toBe("arn:p2");
  }
});
