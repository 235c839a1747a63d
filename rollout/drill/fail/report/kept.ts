import { writeFileSync } from "node:fs";
import { plain } from "../../../view/plain.ts";
import { pageFile } from "../../drill-files.ts";
import type { DrillRecord } from "../../record.ts";
import { failMarkdown } from "./markdown.ts";

/** The reports of a record, beside it in the stack's folder of drills. */
export function reportFiles(stackFolder: string, record: Pick<DrillRecord, "id">) {
  const html = pageFile(stackFolder, record);
  return { markdown: html.replace(/\.html$/, ".md"), html };
}

export function keepMarkdown(stackFolder: string, record: DrillRecord): void {
  writeFileSync(reportFiles(stackFolder, record).markdown, plain(failMarkdown(record)));
}
