import type { DrillRecord } from "../../drill/record.ts";
import { type Options, placeIn } from "../../platforms/rehearsal/verbs/options.ts";
import { tell } from "../out.ts";

/** Says where a drill's page is. */
export async function tellPage(options: Options, record: Pick<DrillRecord, "id">): Promise<void> {
  const { pageFile } = await import("../../drill/drill-files.ts");
  tell(`Page: ${pageFile(placeIn(options).folder, record)}`);
}
