import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";

const DEEPEST = 6;
/** Folders of this name hold migrations: Rails, Prisma, Knex, Flyway, dbmate, goose, golang-migrate, Supabase. */
const HOLDS = new Set(["migrations", "migration", "migrate"]);
/** The way back, in a file of its own (golang-migrate), and Flyway's. */
const BACK = /\.down\.\w+$|^U\d/;
/** Alembic and Django (Python), Knex and TypeORM (JavaScript), Rails, Laravel, Flyway (Java, Kotlin), goose. */
const CODE = /\.(py|rb|js|cjs|mjs|ts|cts|mts|php|java|kt|go|ex|exs)$/;
/** What stands beside them and changes nothing. */
const NO_MIGRATION = /^(__init__|env|conftest|index)\.|\.(test|spec|d)\.|_test\.go$/;

export interface NewMigrations {
  /** In SQL: to be read. */
  sql: string[];
  /** In a language: what they do, only a run on a copy tells. */
  code: string[];
}

/**
 * Migrations that a folder has and its base has not, or has otherwise.
 *
 * @param declared folders of migrations besides those of the usual names (`plan.migration.folders`)
 * @returns their paths from the folder, in order
 */
export function newMigrations(folder: string, base: string, declared: readonly string[] = []): NewMigrations {
  const others = new Set(declared.map((each) => normalize(each).replace(/\/$/, "")));
  const found = filesIn(folder, "", others.has("."), { depth: 0, others }).filter((path) => {
    const before = join(base, path);
    return !existsSync(before) || readFileSync(before, "utf8") !== readFileSync(join(folder, path), "utf8");
  });
  return {
    sql: found.filter((path) => path.endsWith(".sql")),
    code: found.filter((path) => CODE.test(path)),
  };
}

function filesIn(
  root: string,
  folder: string,
  holds: boolean,
  { depth, others }: { depth: number; others: ReadonlySet<string> },
): string[] {
  if (depth > DEEPEST) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const { name } = entry;
      const path = join(folder, name);
      if (entry.isFile()) return holds && !BACK.test(name) && !NO_MIGRATION.test(name) ? [path] : [];
      if (!entry.isDirectory() || name.startsWith(".") || name === "node_modules") return [];
      const own = holds || HOLDS.has(name) || others.has(path);
      return filesIn(root, path, own, { depth: depth + 1, others });
    });
}
