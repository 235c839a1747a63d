import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { backupWindows, everyHoursCron, MONTHLY_CRON } from "./backup-schedule.ts";

export interface BackupsArgs {
  databaseArn: pulumi.Input<string>;
  /** Divides the day: 1, 2, 3, 4, 6, 8, 12 or 24. */
  everyHours: number;
  retentionDays: number;
  /** Nobody can shorten or delete a backup before its time, until the lock is taken off. */
  lock: boolean;
  /** Where a copy of the database stands while it is tried: as closed as the database itself. */
  place: { subnetGroupName: pulumi.Input<string>; securityGroupId: pulumi.Input<string> };
  /** Is told of each backup and each restore test that fails. */
  notifyTopicArn: pulumi.Input<string>;
}

/**
 * Snapshots of the database in a vault of its own, and a restore of the newest one each month, so that a backup that
 * can't be restored is found before it is needed.
 *
 * Point in time recovery isn't AWS Backup's here but the instance's own (`pointInTimeDays`): both can't hold it at once.
 */
export class Backups extends pulumi.ComponentResource {
  readonly vaultName: pulumi.Output<string>;
  readonly planId: pulumi.Output<string>;
  /** What AWS Backup acts as, also for a backup that is asked for. */
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: BackupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Backups", name, {}, opts);
    const child = { parent: this };

    const vault = new aws.backup.Vault(
      `${name}-backups`,
      { forceDestroy: false },
      { parent: this, protect: true },
    );
    if (args.lock) {
      // Without changeableForDays the lock is of the governance kind: an administrator may still take it off.
      new aws.backup.VaultLockConfiguration(
        `${name}-backups`,
        {
          backupVaultName: vault.name,
          minRetentionDays: args.retentionDays,
          maxRetentionDays: Math.max(365, args.retentionDays),
        },
        child,
      );
    }

    const role = backupRole(name, child);
    const plan = new aws.backup.Plan(
      `${name}-backups`,
      {
        rules: [
          {
            ruleName: `every-${args.everyHours}-hours`,
            targetVaultName: vault.name,
            schedule: everyHoursCron(args.everyHours),
            scheduleExpressionTimezone: "Etc/UTC",
            ...backupWindows(args.everyHours),
            enableContinuousBackup: false,
            lifecycle: { deleteAfter: args.retentionDays },
          },
        ],
      },
      child,
    );
    new aws.backup.Selection(
      `${name}-database`,
      { planId: plan.id, iamRoleArn: role.arn, resources: [args.databaseArn] },
      child,
    );
    testRestores(
      name,
      { vaultArn: vault.arn, roleArn: role.arn, databaseArn: args.databaseArn, place: args.place },
      child,
    );
    tellOfFailures(name, { vaultName: vault.name, roleArn: role.arn, topicArn: args.notifyTopicArn }, child);

    this.vaultName = vault.name;
    this.planId = plan.id;
    this.roleArn = role.arn;
    this.registerOutputs({ vaultName: this.vaultName, planId: this.planId, roleArn: this.roleArn });
  }
}

function backupRole(name: string, child: pulumi.CustomResourceOptions): aws.iam.Role {
  const role = new aws.iam.Role(
    `${name}-backups`,
    {
      description: `Backs up and restores the database of ${name}`,
      assumeRolePolicy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "backup.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      }),
    },
    child,
  );
  for (const task of ["Backup", "Restores"]) {
    new aws.iam.RolePolicyAttachment(
      `${name}-backups-${task.toLowerCase()}`,
      {
        role: role.name,
        policyArn: `arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyFor${task}`,
      },
      child,
    );
  }
  return role;
}

interface RestoreTest {
  vaultArn: pulumi.Input<string>;
  roleArn: pulumi.Input<string>;
  databaseArn: pulumi.Input<string>;
  place: BackupsArgs["place"];
}

function testRestores(name: string, test: RestoreTest, child: pulumi.CustomResourceOptions) {
  // Names here take letters, digits and underscores only, and autonaming would put a hyphen in.
  const fixed = `${name.replace(/[^A-Za-z0-9]/g, "_")}_monthly_restore`;
  const plan = new aws.backup.RestoreTestingPlan(
    `${name}-restore-test`,
    {
      name: fixed,
      scheduleExpression: MONTHLY_CRON,
      scheduleExpressionTimezone: "Etc/UTC",
      startWindowHours: 8,
      recoveryPointSelection: {
        algorithm: "LATEST_WITHIN_WINDOW",
        includeVaults: [test.vaultArn],
        recoveryPointTypes: ["SNAPSHOT"],
        selectionWindowDays: 7,
      },
    },
    child,
  );
  new aws.backup.RestoreTestingSelection(
    `${name}-restore-test`,
    {
      name: fixed,
      restoreTestingPlanName: plan.name,
      iamRoleArn: test.roleArn,
      protectedResourceType: "RDS",
      protectedResourceArns: [test.databaseArn],
      // By default the copy, with all of production in it, stands in the account's default network, where it may have a
      // public address (AWS Backup Developer Guide, "Restore testing inferred metadata").
      restoreMetadataOverrides: {
        dbSubnetGroupName: test.place.subnetGroupName,
        vpcSecurityGroupIds: pulumi.jsonStringify([test.place.securityGroupId]),
        publiclyAccessible: "false",
        multiAz: "false",
      },
      // The copy stays up this long, so that its data can be checked, and is then deleted by AWS Backup.
      validationWindowHours: 4,
    },
    child,
  );
}

interface Failures {
  vaultName: pulumi.Input<string>;
  roleArn: pulumi.Input<string>;
  topicArn: pulumi.Input<string>;
}

/**
 * Failures reach people through EventBridge: the vault's own notifications no longer send `BACKUP_JOB_FAILED` (AWS Backup
 * API, PutBackupVaultNotifications, lists it as deprecated), and would send a mail for each success instead.
 */
function tellOfFailures(name: string, failures: Failures, child: pulumi.CustomResourceOptions) {
  const kinds = {
    backup: {
      description: `A backup of ${name} failed`,
      type: "Backup Job State Change",
      detail: {
        backupVaultName: [failures.vaultName],
        state: ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"],
      },
    },
    restore: {
      description: `A restore of ${name}, by hand or by the monthly test, failed`,
      type: "Restore Job State Change",
      detail: { iamRoleArn: [failures.roleArn], status: ["ABORTED", "FAILED"] },
    },
  };
  for (const [kind, { description, type, detail }] of Object.entries(kinds)) {
    const rule = new aws.cloudwatch.EventRule(
      `${name}-${kind}-failed`,
      {
        description,
        eventPattern: pulumi.jsonStringify({ source: ["aws.backup"], "detail-type": [type], detail }),
      },
      child,
    );
    new aws.cloudwatch.EventTarget(
      `${name}-${kind}-failed`,
      { rule: rule.name, arn: failures.topicArn },
      child,
    );
  }
}
