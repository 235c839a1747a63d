import { type Answer, type Call, json } from "./front.ts";

const HOUR_MS = 3_600_000;
/** How often the plan makes one (rollout:database.backupEveryHours, the default). */
const EVERY_MS = 6 * HOUR_MS;
const KEPT = 4;

/**
 * AWS Backup API, ListRecoveryPointsByBackupVault and ListRestoreJobsByProtectedResource, which moto lacks: the plan has
 * done its work up to the caller's time, and so has the restore test of yesterday.
 */
export function vault({ name, at }: Call): Answer | undefined {
  if (/^GET \/backup-vaults\/[^/]+\/recovery-points/.test(name)) {
    return json({
      RecoveryPoints: Array.from({ length: KEPT }, (_, index) => pointAt(at - index * EVERY_MS)),
    });
  }
  if (/^GET \/resources\/.+\/restore-jobs/.test(name)) return json({ RestoreJobs: [restoreAt(at)] });
  return undefined;
}

/** In seconds since the epoch, as the protocol has times. */
function pointAt(at: number) {
  const made = Math.floor(at / EVERY_MS) * EVERY_MS;
  const RecoveryPointArn = `arn:aws:backup:us-east-1:123456789012:recovery-point:awsbackup:job-${made}`;
  return { RecoveryPointArn, CreationDate: made / 1000, Status: "COMPLETED" };
}

function restoreAt(at: number) {
  const CompletionDate = (at - 24 * HOUR_MS) / 1000;
  return {
    RestoreJobId: "restore-test",
    Status: "COMPLETED",
    ValidationStatus: "SUCCESSFUL",
    CompletionDate,
  };
}
