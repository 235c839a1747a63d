import {
  BackupClient,
  ListRecoveryPointsByBackupVaultCommand,
  ListRestoreJobsByProtectedResourceCommand,
} from "@aws-sdk/client-backup";
import { clientSettings } from "../../platforms/aws/client.ts";
import type { BackupFacts } from "../checks/backups.ts";
import type { DrillFacts } from "../checks/drill.ts";
import type { StackState } from "./state.ts";

const ENDED = new Set(["COMPLETED", "FAILED", "ABORTED"]);

/** The newest complete recovery point of the stack's database in the stack's vault. */
export async function readBackups(
  state: StackState,
  region: string,
  { everyHours, stack }: { everyHours: number; stack: string },
): Promise<BackupFacts> {
  const vault = String(state.output("backupVault"));
  const databaseArn = String(state.output("databaseArn"));
  const client = new BackupClient(clientSettings(region));
  let newest: BackupFacts["newest"];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListRecoveryPointsByBackupVaultCommand({
        BackupVaultName: vault,
        ByResourceArn: databaseArn,
        NextToken,
      }),
    );
    for (const { Status, CreationDate, RecoveryPointArn = "" } of page.RecoveryPoints ?? []) {
      const at = CreationDate?.getTime() ?? 0;
      if (Status === "COMPLETED" && at > (newest?.at ?? 0))
        newest = { id: RecoveryPointArn.split(":").at(-1)!, at };
    }
    NextToken = page.NextToken;
  } while (NextToken);
  const command = `aws backup start-backup-job --backup-vault-name ${vault} (stack ${stack}: the ARNs are its outputs)`;
  return { everyHours, newest, command };
}

/** The last restore of the database that ended: the monthly restore test's, or one that a person asked for. */
export async function readRestores(state: StackState, region: string): Promise<DrillFacts> {
  const ResourceArn = String(state.output("databaseArn"));
  const client = new BackupClient(clientSettings(region));
  const jobs = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListRestoreJobsByProtectedResourceCommand({ ResourceArn, NextToken }));
    jobs.push(...(page.RestoreJobs ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  const [last] = jobs
    .filter(({ Status }) => ENDED.has(Status ?? ""))
    .sort((a, b) => timeOf(b.CompletionDate) - timeOf(a.CompletionDate));
  if (!last) return undefined;
  const { Status, StatusMessage, ValidationStatus, RestoreJobId } = last;
  // Without a validation of its own a restore test shows that the copy came up.
  const valid = ValidationStatus === undefined || ValidationStatus === "SUCCESSFUL";
  const said = StatusMessage ? `, ${StatusMessage}` : "";
  return {
    passed: Status === "COMPLETED" && valid,
    at: timeOf(last.CompletionDate),
    detail: `restore job ${RestoreJobId} ${Status}${ValidationStatus ? `, validation ${ValidationStatus}` : ""}${said}`,
  };
}

function timeOf(date: Date | undefined): number {
  return date?.getTime() ?? 0;
}
