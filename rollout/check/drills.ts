import type { DrillRecord } from "../drill/record.ts";
import type { DrillFacts } from "./checks/drill.ts";

const RESTORE = "restore";

/**
 * The newest restore drill that says something: a failure after a pass is what counts. A drill that couldn't look at
 * everything, such as one to a moment before the first marker, doesn't take an earlier pass back. Alone it is no
 * pass.
 */
export function lastDrill(records: readonly DrillRecord[]): DrillFacts {
  const restores = records.filter(({ drill }) => drill === RESTORE);
  const last = restores.findLast(({ outcome }) => outcome !== "incomplete") ?? restores.at(-1);
  if (!last) return undefined;
  const { id, outcome, checks, figures, endedAt } = last;
  const bad = checks
    .filter(({ verdict }) => verdict !== "pass")
    .map(({ name, details }) => `${name}: ${details}`);
  const { rtoSeconds, rpoSeconds } = figures;
  const measured = [
    ...(rtoSeconds === undefined ? [] : [`RTO ${Math.round(rtoSeconds)} s`]),
    ...(rpoSeconds === undefined ? [] : [`RPO ${Math.round(rpoSeconds)} s`]),
  ];
  return {
    passed: outcome === "passed",
    at: endedAt,
    detail: [`${id} ${outcome}`, ...measured, ...bad].join(", "),
  };
}
