import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../platforms/rehearsal/machine/files.ts";
import { stored } from "../platforms/rehearsal/machine/lost/stored.ts";
import { DRILLS } from "../platforms/rehearsal/machine/state.ts";
import { drillPage } from "./page.ts";
import type { DrillRecord, DrillRecords } from "./record.ts";

/**
 * A rehearsal's records: a file each in `.rehearsal/<stack>/drills`, which outlives the rehearsal, and beside it the same as a page.
 */
export function drillFiles(stackFolder: string): DrillRecords {
  const folder = join(stackFolder, DRILLS);
  return {
    async write(record) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(pageFile(stackFolder, record), drillPage(record));
      writeAtomically(join(folder, `${record.id}.json`), `${JSON.stringify(record, null, 2)}\n`);
    },
    async read() {
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .filter((name) => name.endsWith(".json"))
        .map((name) => recordIn(join(folder, name)))
        .sort((a, b) => a.startedAt - b.startedAt);
    },
  };
}

/** Where a record's page is. */
export function pageFile(stackFolder: string, { id }: Pick<DrillRecord, "id">): string {
  return join(stackFolder, DRILLS, `${id}.html`);
}

const recordSchema = z.looseObject({
  version: z.literal(1),
  id: z.string(),
  drill: z.string(),
  outcome: z.string(),
  startedAt: z.number(),
  endedAt: z.number(),
  checks: z.array(z.looseObject({})),
});

/** @throws {Damaged} */
function recordIn(file: string): DrillRecord {
  const wayOut = "Remove it, or play that drill again: what it found is lost.";
  return stored(file, recordSchema, wayOut) as unknown as DrillRecord;
}
