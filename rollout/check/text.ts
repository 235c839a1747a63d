import type { CheckStatus } from "../drill/record.ts";
import type { Result } from "./run.ts";

const WIDTH = 80;
const WORDS: Record<CheckStatus, string> = { fail: "FAIL", unknown: "unknown", pass: "pass" };
const ORDER: readonly CheckStatus[] = ["fail", "unknown", "pass"];

export function countsOf(results: readonly Result[]): Record<CheckStatus, number> {
  const of = (outcome: CheckStatus) => results.filter(({ status }) => status === outcome).length;
  return { pass: of("pass"), fail: of("fail"), unknown: of("unknown") };
}

/**
 * A table of 80 columns: the fails first, then what is unknown, then the passes. What isn't a pass leads with what to do.
 */
export function resultsText(title: string, results: readonly Result[]): string {
  const { pass, fail, unknown } = countsOf(results);
  const rows = ORDER.flatMap((outcome) => results.filter(({ status }) => status === outcome)).map(rowText);
  return [`${title}: ${pass} pass, ${fail} fail, ${unknown} unknown`, "", ...rows].join("\n");
}

function rowText({ check, status, evidence, whatToDo }: Result): string {
  const head = `${WORDS[status].padEnd(8)}${check.padEnd(12)}`;
  const indent = " ".repeat(head.length);
  const texts = status === "pass" ? [evidence] : [whatToDo, `(${evidence})`];
  const lines = texts.flatMap((text) => wrapped(text, WIDTH - head.length));
  return lines.map((line, index) => `${index === 0 ? head : indent}${line}`).join("\n");
}

/** A word that is longer than a line is cut: an address must not break the table. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).flatMap((each) => pieces(each, width))) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function pieces(word: string, width: number): string[] {
  const count = Math.max(1, Math.ceil(word.length / width));
  return Array.from({ length: count }, (_, i) => word.slice(i * width, (i + 1) * width));
}
