import { spanText } from "../about.ts";
import { type Finding, fail, pass } from "../finding.ts";

export interface BackupFacts {
  /** How often one is due, in hours. */
  everyHours: number;
  /** The newest that is complete. Undefined: there is none. */
  newest: { id: string; at: number } | undefined;
  /** What is wrong with those that there are: one that is corrupt is none. */
  problems?: readonly string[];
  /** What makes one now. */
  command: string;
}

/** A backup may begin an hour late (AWS Backup's start window), and takes its time. */
const GRACE_HOURS = 2;

export function judgeBackups(
  { everyHours, newest, problems = [], command }: BackupFacts,
  now: number,
): Finding {
  const whatToDo = `Make one now: ${command}. Then see why the plan's last one failed.`;
  if (problems.length > 0) return fail(problems.join("; "), whatToDo);
  if (!newest) return fail("there is no complete backup", whatToDo);
  const age = now - newest.at;
  const found = `the newest, ${newest.id}, is ${spanText(age)} old; one is due every ${everyHours} h`;
  return age > (everyHours + GRACE_HOURS) * 3_600_000 ? fail(found, whatToDo) : pass(found);
}
