import type { DrillRecord } from "../record.ts";

const MARKS = { pass: "pass   ", fail: "FAIL   ", unknown: "unknown" };

/** For a person; the record itself is for programs. */
export function migrateText({ checks, figures, facts, outcome, stack }: DrillRecord): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const { migrateSeconds, slowestMs } = figures;
  return [
    `Migration drill of ${stack}: ${outcome} (${facts.candidate}, version ${facts.version}, on ${facts.backup ?? "no backup"})`,
    ...checks.map(({ name, verdict, details }) => `  ${MARKS[verdict]}  ${name.padEnd(width)}  ${details}`),
    ...(migrateSeconds === undefined
      ? []
      : [`the migration took ${migrateSeconds} s; meanwhile stable's slowest answer took ${slowestMs} ms`]),
    ...(facts.hazards === undefined ? [] : hazardLines(facts.hazards)),
    `not exercised: ${facts.notExercised ?? "all that comes after"}`,
    "",
  ].join("\n");
}

function hazardLines(text: string): string[] {
  if (text === "none") return ["hazards seen while it ran: none"];
  return ["hazards seen while it ran:", ...text.split("\n").map((line) => `  ${line}`)];
}
