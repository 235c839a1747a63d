import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const DEEPEST = 6;
/** Folders of this name hold migrations: Rails, Prisma, Knex, Flyway, dbmate, goose, golang-migrate, Supabase. */
const HOLDS = new Set(["migrations", "migration", "migrate"]);
/** The way back, in a file of its own (golang-migrate), and Flyway's. */
const BACK = /\.down\.sql$|^U\d/;

/**
 * Migrations in SQL that a folder has and its base has not, or has otherwise.
 *
 * @returns their paths from the folder, in order
 */
export function newMigrations(folder: string, base: string): string[] {
  return sqlIn(folder, "", false, 0).filter((path) => {
    const before = join(base, path);
    return !existsSync(before) || readFileSync(before, "utf8") !== readFileSync(join(folder, path), "utf8");
  });
}

function sqlIn(root: string, folder: string, holds: boolean, depth: number): string[] {
  if (depth > DEEPEST) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isFile()) return holds && entry.name.endsWith(".sql") && !BACK.test(entry.name) ? [path] : [];
      if (!entry.isDirectory() || entry.name.startsWith(".") || entry.name === "node_modules") return [];
      return sqlIn(root, path, holds || HOLDS.has(entry.name), depth + 1);
    });
}
