import type { Graph, Value } from "../../../graph/model.ts";
import { ofType } from "../../../graph/resources.ts";
import { TYPES } from "../../../graph/types.ts";
import { RehearsalError } from "../machine/errors.ts";
import { numberOf } from "./lookup.ts";

/** When backups are taken, and how long they are kept. */
export interface BackupPlan {
  /** AWS schedules in UTC, such as `cron(0 0/6 * * ? *)`. */
  schedules: string[];
  keepDays: number;
}

const UTC = /^(Etc\/)?(UTC|UCT|GMT|Universal|Zulu)$/;

/**
 * Reads the stack's AWS Backup plan. Several rules are played as one: their schedules together, the longest retention.
 *
 * @returns undefined when the stack has no plan: nothing is backed up then but what is asked for
 * @throws {RehearsalError} for a schedule in another time zone than UTC
 */
export function backupPlan(graph: Graph): BackupPlan | undefined {
  const rules = ofType(graph, TYPES.backupPlan).flatMap(({ inputs }) => (inputs.rules ?? []) as Rule[]);
  if (rules.length === 0) return undefined;
  for (const { ruleName, scheduleExpressionTimezone: zone = "Etc/UTC" } of rules) {
    if (!UTC.test(String(zone)))
      throw new RehearsalError(
        `backup rule ${ruleName}: its schedule is in ${zone}, the rehearsal plays UTC`,
      );
  }
  const days = rules.map(({ lifecycle }) => numberOf(lifecycle?.deleteAfter) ?? Number.POSITIVE_INFINITY);
  return {
    schedules: rules.flatMap(({ schedule }) => (typeof schedule === "string" ? [schedule] : [])),
    keepDays: Math.max(...days),
  };
}

interface Rule {
  ruleName?: Value;
  schedule?: Value;
  scheduleExpressionTimezone?: Value;
  lifecycle?: { deleteAfter?: Value };
}
