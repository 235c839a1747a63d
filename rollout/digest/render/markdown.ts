import { plainLine } from "../../view/plain.ts";
import type { Document, Line, Table, Tone } from "./document.ts";

/** GitHub's markdown; no value of the stack's is read as markup. */
export function markdown({ title, subtitle, summary, sections }: Document): string {
  const parts = sections.flatMap(({ title: heading, lines, table }) => [
    `## ${escaped(heading)}`,
    ...(lines.length > 0 ? [lines.map(bullet).join("\n")] : []),
    ...(table ? [tableText(table)] : []),
  ]);
  return `${[`# ${escaped(title)}`, escaped(subtitle), summary.map(bullet).join("\n"), ...parts]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

/** Words for the tone: colours don't survive in a mail. */
const WORDS: Record<Tone, string> = { good: "OK: ", bad: "**Attention:** ", unknown: "", "": "" };

function bullet({ text, tone = "" }: Line): string {
  return `- ${WORDS[tone]}${escaped(text)}`;
}

function tableText({ head, rows }: Table): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => escaped(cell)).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(({ cells }) => line(cells))].join("\n");
}

/** In a table a bar would end the cell; elsewhere the marks that would be read as markup or as HTML. */
export function escaped(text: string): string {
  return plainLine(text)
    .replaceAll(/[\\`*_[\]<>|#~]/g, "\\$&")
    .replaceAll("@", "&#64;");
}
