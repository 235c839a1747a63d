import { readFileSync } from "node:fs";
import { join } from "node:path";
import { newMigrations } from "../../migration/reading/files.ts";
import { readMigration } from "../../migration/reading/read.ts";
import { findSquawk, WITHOUT_SQUAWK } from "../../migration/reading/squawk.ts";
import type { Danger } from "../model.ts";

/** What the migrations that a change brings do to those who are there, and what limits the reading. */
export async function migrationDangers(
  projectDir: string,
  base: string,
): Promise<{ dangers: Danger[]; notes: string[] }> {
  const files = newMigrations(projectDir, base);
  const found = await Promise.all(
    files.map((file) => readMigration(file, readFileSync(join(projectDir, file), "utf8"))),
  );
  const dangers = found.flat().map(
    ({ rule, effect, where, what, instead, source }): Danger => ({
      severity: effect === "blocks" ? "warning" : "critical",
      kind: "migration",
      title: `${rule}: ${where}`,
      resources: [],
      property: "",
      before: "",
      after: "",
      why: `${what} (${source})`,
      advice: instead,
    }),
  );
  return { dangers, notes: files.length > 0 && !findSquawk() ? [`${WITHOUT_SQUAWK}.`] : [] };
}
