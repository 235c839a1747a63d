import type * as pulumi from "@pulumi/pulumi";
import { alarm, type Metric, type Scope } from "./alarm.ts";

export interface WatchedBackups {
  vaultName: pulumi.Input<string>;
  everyHours: number;
  databaseIdentifier: pulumi.Input<string>;
}

/** An hour for the job to start, an hour to run. */
const SLACK_IN_HOURS = 2;

/** AWS docs, "AWS Backup metrics with CloudWatch". */
export function backupAlarms(scope: Scope, backups: WatchedBackups) {
  const of = (name: string): Metric => ({
    namespace: "AWS/Backup",
    name,
    statistic: "Sum",
    dimensions: { BackupVaultName: backups.vaultName },
  });

  alarm(scope, "backup-failed", {
    severity: "P2",
    means: "A backup of the database failed.",
    act: "Read the job's message in AWS Backup, mend its cause and start a backup by hand.",
    watch: of("NumberOfBackupJobsFailed"),
    breach: { above: 0 },
    periodInSeconds: 3600,
    periods: 1,
    missing: { as: "notBreaching", because: "no job failed; one that never ran is the next alarm's" },
  });
  const hours = backups.everyHours + SLACK_IN_HOURS;
  alarm(scope, "backup-missing", {
    severity: "P2",
    means: `No backup of the database was completed for ${hours} hours; one is due every ${backups.everyHours}.`,
    act: "See whether the plan still names the database and its role may back it up.",
    // Only hours count in which the database was there: else a new stack's first backup would be late before it is
    // due. FILL, because CloudWatch sends no figure for a count of 0.
    watch: {
      expression: "IF(FILL(there, 0) > 0, FILL(completed, 0), 1)",
      metrics: {
        there: {
          namespace: "AWS/RDS",
          name: "CPUUtilization",
          dimensions: { DBInstanceIdentifier: backups.databaseIdentifier },
          statistic: "SampleCount",
        },
        completed: of("NumberOfBackupJobsCompleted"),
      },
    },
    breach: { below: 1 },
    // Hour by hour, because a period of several hours would depend on when CloudWatch begins to count it.
    periodInSeconds: 3600,
    periods: hours,
    missing: { as: "notBreaching", because: "the database isn't there, which the alarm for its CPU tells" },
  });
}
