import type { DrillRecord } from "../record.ts";

const MARKS = { pass: "pass   ", fail: "FAIL   ", unknown: "unknown" };

/** For a person; the record itself is for programs. */
export function restoreText({ checks, figures, facts, outcome, stack, on }: DrillRecord): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(
    ({ name, verdict, details }) => `  ${MARKS[verdict]}  ${name.padEnd(width)}  ${details}`,
  );
  const source = facts.backup ?? facts.recoveryPoint;
  return [
    `Restore drill of ${stack} on ${on === "aws" ? "AWS" : "this machine"}: ${outcome}${source ? ` (${source})` : ""}`,
    ...lines,
    ...figureLines(figures),
    "",
  ].join("\n");
}

function figureLines(figures: DrillRecord["figures"]): string[] {
  const { rtoSeconds, restoreSeconds, recoverSeconds, rpoSeconds } = figures;
  const parts = [
    ...(restoreSeconds === undefined ? [] : [`restore ${seconds(restoreSeconds)}`]),
    ...(recoverSeconds === undefined ? [] : [`recovery ${seconds(recoverSeconds)}`]),
  ];
  const rto = rtoSeconds === undefined ? "unknown" : seconds(rtoSeconds);
  return [
    `RTO ${rto}${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`,
    ...(rpoSeconds === undefined ? [] : [`RPO ${seconds(rpoSeconds)}`]),
  ];
}

function seconds(value: number): string {
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} s`;
}
