import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { jsonOf, textOf } from "./text-of.ts";

/** What brings the database up to date. */
export interface FoundMigration {
  by: string;
  words: string[];
}

/** By the file that it can't be without, at the top or a folder below it; the first that is there. */
const TOOLS: { by: string; file: string; words: (path: string) => string[] }[] = [
  {
    by: "Django",
    file: "manage.py",
    words: (path) => ["python", path, "migrate", "--noinput"],
  },
  // Flask-Migrate keeps Alembic's file with the migrations, and has a command of its own.
  { by: "Flask-Migrate", file: "migrations/alembic.ini", words: () => ["flask", "db", "upgrade"] },
  {
    by: "Alembic",
    file: "alembic.ini",
    words: (path) => ["alembic", ...(path === "alembic.ini" ? [] : ["-c", path]), "upgrade", "head"],
  },
  { by: "Rails", file: "bin/rails", words: (path) => [path, "db:migrate"] },
  {
    by: "Prisma",
    file: "prisma/{schema.prisma,migrations,schema}",
    words: (path) => within(dirname(dirname(path)), ["npx", "prisma", "migrate", "deploy"]),
  },
  {
    by: "Knex",
    file: "knexfile.{js,cjs,mjs,ts,cts,mts}",
    words: (path) => [
      "npx",
      "knex",
      "migrate:latest",
      ...(dirname(path) === "." ? [] : ["--knexfile", path]),
    ],
  },
];

const NOT_OURS = ["node_modules/**", ".venv/**", "venv/**", "vendor/**"];

/** What migrates the app's database, if it is a tool that we know. */
export function migrationIn(folder: string): FoundMigration | undefined {
  for (const { by, file, words } of TOOLS) {
    const [path] = globSync([file, `*/${file}`], { cwd: folder, exclude: NOT_OURS }).toSorted(bySteps);
    if (path !== undefined) return { by, words: words(path) };
  }
  return alembicInProject(folder) ?? prismaElsewhere(folder);
}

function bySteps(a: string, b: string): number {
  return a.split("/").length - b.split("/").length || (a < b ? -1 : 1);
}

/** Alembic since 1.16 takes its settings from pyproject.toml, too. */
function alembicInProject(folder: string): FoundMigration | undefined {
  if (!textOf(folder, "pyproject.toml").includes("[tool.alembic]")) return undefined;
  return { by: "Alembic", words: ["alembic", "upgrade", "head"] };
}

/** Prisma's schema may lie anywhere: its config, or package.json, says where. */
function prismaElsewhere(folder: string): FoundMigration | undefined {
  const named = jsonOf(folder, "package.json").prisma?.schema;
  const [config] = globSync("prisma.config.{js,ts,mjs,cjs}", { cwd: folder });
  return named || config ? { by: "Prisma", words: ["npx", "prisma", "migrate", "deploy"] } : undefined;
}

function within(folder: string, words: string[]): string[] {
  return folder === "." ? words : [...words, "--schema", join(folder, "prisma/schema.prisma")];
}
