import type { CheckStatus } from "../drill/record.ts";
import { lacking } from "./doctor.ts";
import { PURPOSES, type Purpose, type Row } from "./row.ts";

const WORDS: Record<CheckStatus, string> = { pass: "ok", fail: "MISSING", unknown: "unknown" };

/** What was found, what mends it, and at the end what the machine is ready for. A command has a line of its own. */
export function doctorText(rows: readonly Row[], purposes: readonly Purpose[] = PURPOSES): string {
  const lines = rows.flatMap(({ what, status, evidence, whatToDo }) => [
    `${WORDS[status].padEnd(8)} ${what.padEnd(12)} ${evidence.split("\n").join(`\n${" ".repeat(22)}`)}`,
    ...(whatToDo ? [`${" ".repeat(22)}${whatToDo}`] : []),
  ]);
  return [...lines, "", ...readiness(rows, purposes), ""].join("\n");
}

function readiness(rows: readonly Row[], purposes: readonly Purpose[]): string[] {
  const lacks = lacking(rows);
  return purposes.map((purpose) => {
    const open = rows.filter((row) => row.status === "unknown" && row.for.includes(purpose));
    const unknown = open.length > 0 ? `; unknown: ${open.map(({ what }) => what).join(", ")}` : "";
    const said = lacks[purpose].length > 0 ? `lacks ${lacks[purpose].join(", ")}` : "ready";
    return `${MEANS[purpose].padEnd(34)} ${said}${unknown}`;
  });
}

const MEANS = {
  rehearsal: "rehearsal (bin/rehearse)",
  preview: "preview (rollout preview)",
  up: "up (pulumi up)",
  aws: "aws (rollout ... --on aws)",
} as const;
