import { drillTitle } from "../../page.ts";
import type { DrillRecord } from "../../record.ts";
import { expectedRows, figureTexts } from "./summary.ts";

const MARKS = { pass: "pass   ", fail: "FAIL   ", unknown: "unknown" };

/** For a person; the record itself is for programs. */
export function failText(record: DrillRecord, reports: { markdown: string; html: string }): string {
  const { checks, outcome, facts } = record;
  const width = Math.max(...checks.map(({ name }) => name.length));
  return [
    `${drillTitle(record)}: ${outcome}`,
    `  ${facts.fails ?? ""}`,
    ...checks.map(({ name, verdict, details }) => `  ${MARKS[verdict]}  ${name.padEnd(width)}  ${details}`),
    ...Object.entries(facts)
      .filter(([name]) => name !== "fails")
      .map(([name, text]) => `  ${name}: ${text}`),
    figureTexts(record).join(", "),
    `Report: ${reports.html}`,
    "",
  ].join("\n");
}

/** The table of what is expected. */
export function expectedText(): string {
  const rows = expectedRows();
  const width = Math.max(...rows.flatMap(({ expected }) => expected.map(({ name }) => name.length)));
  const lines = rows.flatMap(({ scenario, breaks, expected }) => [
    `${scenario}: ${breaks}`,
    ...expected.map(
      ({ name, text, ofSample }) => `  ${name.padEnd(width)}  ${text}${ofSample ? " (the sample app)" : ""}`,
    ),
    "",
  ]);
  return `${lines.join("\n")}`;
}
