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
  declared: readonly string[] = [],
): Promise<{ dangers: Danger[]; notes: string[] }> {
  const { sql, code } = newMigrations(projectDir, base, declared);
  const found = await Promise.all(
    sql.map((file) => readMigration(file, readFileSync(join(projectDir, file), "utf8"))),
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
  return {
    dangers,
    notes: [
      ...(sql.length > 0 && !findSquawk() ? [`${WITHOUT_SQUAWK}.`] : []),
      ...(code.length > 0 ? [codeNote(code)] : []),
    ],
  };
}

const SHOWN = 5;

function codeNote(files: readonly string[]): string {
  const more = files.length > SHOWN ? ` and ${files.length - SHOWN} more` : "";
  const them = `${files.slice(0, SHOWN).join(", ")}${more}`;
  return `Migrations in code are not read: ${them}. What they do to a copy of the database: rollout drill migrate --candidate TRACK.`;
}
