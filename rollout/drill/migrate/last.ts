import type { Drilled } from "../../core/action.ts";
import type { DrillRecord } from "../record.ts";

/** On AWS nobody can drill one, so a plan that requires it waits for ever. */
export const NOT_ON_AWS: Drilled = {
  passed: false,
  reason:
    "on AWS a migration isn't drilled yet: drill a rehearsal whose database holds a copy of the data, and have plan.migration.drill warn",
};

/**
 * What the newest drill of a candidate's migration says of the version that it has now.
 *
 * @param records oldest first
 * @param how the command that drills it
 */
export function drilledLast(
  records: readonly DrillRecord[],
  { candidate, version }: { candidate: string; version: string },
  how: string,
): Drilled {
  const last = records.findLast(
    ({ drill, facts }) => drill === "migrate" && facts.candidate === candidate && facts.version === version,
  );
  if (!last)
    return {
      passed: false,
      reason: `the migration of ${candidate} (version ${version}) was never drilled: ${how}`,
    };
  const bad = last.checks.filter(({ verdict }) => verdict !== "pass");
  const why = bad.map(({ name, details }) => `${name}: ${details}`).join("; ");
  const passed = last.outcome === "passed";
  return {
    passed,
    reason: passed ? `${last.id} passed` : `${last.id} ${last.outcome}: ${why}; mend it, and then: ${how}`,
  };
}
