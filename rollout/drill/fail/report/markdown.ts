import { drillTitle } from "../../page.ts";
import type { DrillRecord } from "../../record.ts";
import { figureTexts } from "./summary.ts";

/** The report for a pull request, a page of a wiki, a message. */
export function failMarkdown(record: DrillRecord): string {
  const { checks, facts, outcome, startedAt, endedAt, by } = record;
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return [
    `# ${drillTitle(record)}`,
    "",
    `**${outcome}**, ${new Date(startedAt).toISOString()}, ${Math.round((endedAt - startedAt) / 1000)} s, by ${by}`,
    "",
    ...figureTexts(record).map((each) => `- ${each}`),
    "",
    "| check | expected | outcome | found |",
    "| --- | --- | --- | --- |",
    ...checks.map(
      ({ name, expected = "", verdict, details }) =>
        `| ${cell(name)} | ${cell(expected)} | ${verdict} | ${cell(details)} |`,
    ),
    "",
    ...Object.entries(facts).map(([name, text]) => `- ${name}: ${text}`),
    "",
  ].join("\n");
}
