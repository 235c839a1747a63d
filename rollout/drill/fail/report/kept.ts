import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DRILLS } from "../../../platforms/rehearsal/machine/state.ts";
import { plain } from "../../../view/plain.ts";
import type { DrillRecord } from "../../record.ts";
import { failHtml } from "./html.ts";
import { failMarkdown } from "./markdown.ts";

/** The reports of a record, beside it in the stack's folder of drills. */
export function reportFiles(stackFolder: string, { id }: Pick<DrillRecord, "id">) {
  const base = join(stackFolder, DRILLS, id);
  return { markdown: `${base}.md`, html: `${base}.html` };
}

export function keepReports(stackFolder: string, record: DrillRecord): void {
  const files = reportFiles(stackFolder, record);
  writeFileSync(files.markdown, plain(failMarkdown(record)));
  writeFileSync(files.html, failHtml(record));
}
