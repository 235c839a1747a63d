import {
  BackupClient,
  ListRecoveryPointsByBackupVaultCommand,
  type RecoveryPointByBackupVault,
} from "@aws-sdk/client-backup";
import { clientSettings } from "../../../infra/aws-client.ts";
import { dueAt } from "../../platforms/rehearsal/backups/schedule.ts";

/** A database's backup in AWS Backup's vault. */
export interface RecoveryPoint {
  arn: string;
  /** Milliseconds since the epoch: the moment that it holds. */
  at: number;
}

export interface PointFindings {
  /** Oldest first. */
  good: RecoveryPoint[];
  /** A line each, beginning with the recovery point's id. */
  problems: string[];
}

/** Longer than the plan's window to start in (an hour) and to be done in (two hours or the interval). */
const GRACE_MS = 3 * 3600_000;
/** On their way, or away as they should be. */
const NO_PROBLEM = new Set(["CREATING", "AVAILABLE", "COMPLETED", "DELETING", "STOPPED"]);

/**
 * What the vault holds of the database, and what is wrong with it.
 *
 * @param schedules when backups are due (see describe-backups.ts)
 */
export async function inspectVault(
  { vault, databaseArn }: { vault: string; databaseArn: string },
  { region, schedules, now }: { region: string; schedules: string[]; now: number },
): Promise<PointFindings> {
  const client = new BackupClient(clientSettings(region));
  const points: RecoveryPointByBackupVault[] = [];
  for (let next: string | undefined, first = true; first || next; first = false) {
    const page = await client.send(
      new ListRecoveryPointsByBackupVaultCommand({
        BackupVaultName: vault,
        ByResourceArn: databaseArn,
        ...(next && { NextToken: next }),
      }),
    );
    points.push(...(page.RecoveryPoints ?? []));
    next = page.NextToken;
  }
  return judgePoints(points, schedules, now);
}

export function judgePoints(
  points: readonly RecoveryPointByBackupVault[],
  schedules: string[],
  now: number,
): PointFindings {
  const sorted = [...points].sort((a, b) => timeOf(a) - timeOf(b));
  const good = sorted
    .filter(({ Status }) => Status === "COMPLETED" || Status === "AVAILABLE")
    .map((point) => ({ arn: point.RecoveryPointArn ?? "", at: timeOf(point) }));
  const problems = sorted
    .filter(({ Status = "" }) => !NO_PROBLEM.has(Status))
    .map(
      ({ RecoveryPointArn, Status, StatusMessage = "no reason is given" }) =>
        `${nameOf(RecoveryPointArn)}: ${Status}, ${StatusMessage}`,
    );
  const age = ageProblem(good.at(-1), schedules, now);
  return { good, problems: age ? [...problems, age] : problems };
}

function ageProblem(newest: RecoveryPoint | undefined, schedules: string[], now: number): string | undefined {
  if (!newest) return "the vault holds no good backup of the database";
  if (schedules.length === 0) return undefined;
  const due = dueAt(schedules, { start: newest.at });
  if (now <= due + GRACE_MS) return undefined;
  const hours = ((now - newest.at) / 3600_000).toFixed(1);
  return `${nameOf(newest.arn)}: the newest good backup is ${hours} h old, the next was due ${new Date(due).toISOString()}`;
}

/** `awsbackup:job-...` of an ARN. */
export function nameOf(arn = "unnamed"): string {
  return arn.split(":").slice(6).join(":") || arn;
}

function timeOf({ CreationDate }: RecoveryPointByBackupVault): number {
  return CreationDate?.getTime() ?? 0;
}
