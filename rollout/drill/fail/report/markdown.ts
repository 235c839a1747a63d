import type { DrillRecord } from "../../record.ts";
import { expectedOf, figureTexts, titleOf } from "./summary.ts";

/** The report for a pull request, a page of a wiki, a message. */
export function failMarkdown(record: DrillRecord): string {
  const { checks, facts, outcome, startedAt, endedAt, by } = record;
  const expected = expectedOf(record);
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return [
    `# ${titleOf(record)}`,
    "",
    `**${outcome}**, ${new Date(startedAt).toISOString()}, ${Math.round((endedAt - startedAt) / 1000)} s, by ${by}`,
    "",
    ...figureTexts(record).map((each) => `- ${each}`),
    "",
    "| check | expected | outcome | found |",
    "| --- | --- | --- | --- |",
    ...checks.map(
      ({ name, verdict, details }) =>
        `| ${cell(name)} | ${cell(expected.get(name) ?? "")} | ${verdict} | ${cell(details)} |`,
    ),
    "",
    ...Object.entries(facts).map(([name, text]) => `- ${name}: ${text}`),
    "",
  ].join("\n");
}
