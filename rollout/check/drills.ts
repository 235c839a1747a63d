import type { DrillRecord } from "../drill/record.ts";
import type { DrillFacts } from "./checks/drill.ts";

const RESTORE = "restore";

/**
 * The newest restore that was drilled and said something: one that failed after one that passed is what counts. One that
 * couldn't look at everything, such as one to a moment that nothing was marked before, takes nothing back; alone it is no
 * pass.
 *
 * @param good the outcomes that are good enough
 */
export function lastDrill(
  records: readonly DrillRecord[],
  good: readonly DrillRecord["outcome"][] = ["passed"],
): DrillFacts {
  const restores = records.filter(({ drill }) => drill === RESTORE);
  const says = ({ outcome }: DrillRecord) => outcome === "failed" || good.includes(outcome);
  const last = restores.findLast(says) ?? restores.at(-1);
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
    passed: good.includes(outcome),
    at: endedAt,
    detail: [`${id} ${outcome}`, ...measured, ...bad].join(", "),
  };
}
