import { createHash } from "node:crypto";
import { BackupClient, DescribeBackupJobCommand, StartBackupJobCommand } from "@aws-sdk/client-backup";
import { clientSettings } from "../../../infra/aws-client.ts";
import type { Clock } from "../../clock.ts";
import { UserError } from "../../errors.ts";
import { waitFor } from "../../waiting.ts";
import type { StackFacts } from "./deployment.ts";

const ENDED_BADLY = new Set(["ABORTED", "ABORTING", "EXPIRED", "FAILED", "PARTIAL"]);
const WITHIN_MS = 2 * 3600_000;

/**
 * Backs the database up and waits until the backup is complete; it is kept as long as the plan's own. The same name is the
 * same backup, also after a crash: AWS Backup returns the job that was started with a token (API Reference, StartBackupJob).
 *
 * @returns the backup job's id
 * @throws {UserError} when the backup failed, or isn't complete after two hours
 */
export async function backUp(
  name: string,
  facts: Pick<StackFacts, "backup">,
  { region, clock }: { region: string; clock: Clock },
): Promise<{ id: string }> {
  const client = new BackupClient(clientSettings(region));
  const { vault, roleArn, databaseArn, retentionDays } = facts.backup;
  if (retentionDays === undefined)
    throw new UserError(
      "the stack doesn't say how long a backup is kept: run `pulumi up` of the whole stack",
    );
  const { BackupJobId: id } = await client.send(
    new StartBackupJobCommand({
      BackupVaultName: vault,
      ResourceArn: databaseArn,
      IamRoleArn: roleArn,
      // A token takes neither every letter nor every length.
      IdempotencyToken: createHash("sha256").update(`${vault} ${name}`).digest("hex").slice(0, 32),
      RecoveryPointTags: { rollout: name },
      // Without one it would be kept, and paid, for ever; a locked vault fails such a job (API Reference,
      // PutBackupVaultLockConfiguration).
      Lifecycle: { DeleteAfterDays: retentionDays },
    }),
  );
  if (!id) throw new UserError(`AWS Backup started no job for ${name}`);
  await waitFor(`backup ${name} (job ${id})`, { clock, everyMs: 15_000, withinMs: WITHIN_MS }, async () => {
    const { State = "", StatusMessage = "no reason is given" } = await client.send(
      new DescribeBackupJobCommand({ BackupJobId: id }),
    );
    if (ENDED_BADLY.has(State))
      throw new UserError(`backup ${name} (job ${id}) ended ${State}: ${StatusMessage}`);
    return State === "COMPLETED";
  });
  return { id };
}
