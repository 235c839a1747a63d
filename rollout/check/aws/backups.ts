import { BackupClient, ListRestoreJobsByProtectedResourceCommand } from "@aws-sdk/client-backup";
import { clientSettings } from "../../../infra/aws-client.ts";
import type { DrillRecord } from "../../drill/record.ts";
import { isDrillCopy } from "../../drill/restore/copy-id.ts";
import { inspectVault, nameOf } from "../../drill/restore/recovery-points.ts";
import type { BackupFacts } from "../checks/backups.ts";
import type { DrillFacts } from "../checks/drill.ts";
import { lastDrill } from "../drills.ts";
import type { StackState } from "./state.ts";

const ENDED = new Set(["COMPLETED", "FAILED", "ABORTED"]);

/** The newest complete recovery point of the stack's database in the stack's vault, and what is wrong with others. */
export async function readBackups(
  state: StackState,
  region: string,
  { everyHours, stack, now }: { everyHours: number; stack: string; now: number },
): Promise<BackupFacts> {
  const vault = String(state.output("backupVault"));
  const databaseArn = String(state.output("databaseArn"));
  // Whether the newest is too old is the check's own to say: without schedules nothing is due here.
  const { good, problems } = await inspectVault({ vault, databaseArn }, { region, schedules: [], now });
  const newest = good.at(-1);
  const keptDays = state.output("backupRetentionDays");
  const command = `aws backup start-backup-job --backup-vault-name ${vault} --lifecycle DeleteAfterDays=${keptDays} (stack ${stack}: the ARNs are its outputs)`;
  return { everyHours, newest: newest && { id: nameOf(newest.arn), at: newest.at }, problems, command };
}

/**
 * The last restore of the database that says something: of the monthly restore test, of a person, or of a drill of
 * ours.
 *
 * The restore job of a drill isn't counted, because it is complete before anybody has looked at the copy: the drill's
 * record is, instead. A drill that couldn't look at everything counts only where there is nothing else.
 *
 * @param records of the stack's drills, oldest first
 */
export async function readRestores(
  state: StackState,
  region: string,
  records: readonly DrillRecord[],
): Promise<DrillFacts> {
  const job = await lastJob(String(state.output("databaseArn")), region);
  const drill = lastDrill(records.filter(({ outcome }) => outcome !== "incomplete"));
  const newest = job && drill ? (drill.at >= job.at ? drill : job) : (drill ?? job);
  return newest ?? lastDrill(records);
}

async function lastJob(ResourceArn: string, region: string): Promise<DrillFacts> {
  const client = new BackupClient(clientSettings(region));
  const jobs = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListRestoreJobsByProtectedResourceCommand({ ResourceArn, NextToken }));
    jobs.push(...(page.RestoreJobs ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  const [last] = jobs
    .filter(
      ({ Status = "", CreatedResourceArn = "" }) => ENDED.has(Status) && !isDrillCopy(CreatedResourceArn),
    )
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
