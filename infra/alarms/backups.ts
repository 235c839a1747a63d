import type * as pulumi from "@pulumi/pulumi";
import { alarm, type Metric, type Scope } from "./alarm.ts";

export interface WatchedBackups {
  vaultName: pulumi.Input<string>;
  everyHours: number;
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
    act: "See whether the plan still names the database and its role may back it up. A new stack is in alarm until its first backup.",
    // Filled, because CloudWatch looks further back than the alarm does when what is missing isn't a number.
    watch: { expression: "FILL(completed, 0)", metrics: { completed: of("NumberOfBackupJobsCompleted") } },
    breach: { below: 1 },
    // Hour by hour, because a period of several hours would depend on when CloudWatch begins to count it.
    periodInSeconds: 3600,
    periods: hours,
    missing: { as: "breaching", because: "no job ran" },
  });
}
