import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { last } from "../../infra/sure.ts";

/** What an application's folder tells of it. */
export interface Found {
  /** By `EXPOSE`. */
  port?: number;
  /** What starts it in the rehearsal, by `CMD`. */
  command?: string[];
  migrate?: { by: string; words: string[] };
  healthPath?: string;
  /** Where a bundler's files are, whose names change with their content. */
  assets?: { path: string; folder: string };
}

/** By the file that a framework's migrations can't be without. */
const MIGRATIONS: [by: string, file: string, words: string[]][] = [
  ["Django", "manage.py", ["python", "manage.py", "migrate", "--noinput"]],
  ["Alembic", "alembic.ini", ["alembic", "upgrade", "head"]],
  ["Rails", "bin/rails", ["bin/rails", "db:migrate"]],
  ["Prisma", "prisma/schema.prisma", ["npx", "prisma", "migrate", "deploy"]],
  ["Knex", "knexfile.js", ["npx", "knex", "migrate:latest"]],
  ["Knex", "knexfile.ts", ["npx", "knex", "migrate:latest"]],
];

/** By what Vite, Next.js, Laravel Mix and Sprockets write. */
const ASSETS = [
  { path: "/assets/", folder: "dist/assets" },
  { path: "/_next/static/", folder: ".next/static" },
  { path: "/build/", folder: "public/build" },
  { path: "/assets/", folder: "public/assets" },
];

const HEALTH = /["'`]\/?(healthz|health|up|livez|readyz|_health|api\/health)\/?["'`]/;
const SOURCES = "**/*.{py,js,mjs,ts,rb}";
const NOT_OURS = ["**/node_modules/**", "**/.venv/**", "**/venv/**"];
const MOST_SOURCES = 2000;

/** Reads what an application's folder says about how it runs. Nothing is started. */
export function findIn(folder: string): Found {
  const dockerfile = join(folder, "Dockerfile");
  const text = existsSync(dockerfile) ? readFileSync(dockerfile, "utf8") : "";
  const port = Number(last(lines(text, "EXPOSE"))?.match(/^\d+/)?.[0]) || undefined;
  const migration = MIGRATIONS.find(([, file]) => existsSync(join(folder, file)));
  return {
    port,
    command: commandOf(lines(text, "CMD"), port),
    migrate: migration && { by: migration[0], words: migration[2] },
    healthPath: healthIn(folder),
    assets: ASSETS.find((each) => existsSync(join(folder, each.folder))),
  };
}

/** The values of an instruction; a line that ends with a backslash goes on in the next. */
function lines(dockerfile: string, instruction: string): string[] {
  return dockerfile
    .replace(/\\\r?\n/g, " ")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(
      (line) =>
        line
          .slice(0, instruction.length + 1)
          .trimEnd()
          .toUpperCase() === instruction,
    )
    .map((line) => line.slice(instruction.length).trim())
    .filter((value) => value !== "");
}

/** Where the image listens on all addresses at its port, the rehearsal says where. */
function commandOf(commands: string[], port: number | undefined): string[] | undefined {
  const command = last(commands);
  if (command === undefined) return undefined;
  const words = command.startsWith("[") ? wordsIn(command) : ["sh", "-c", command];
  return words?.map((word) => {
    const hosted = word.replace("0.0.0.0", "{host}").replace(/\$\{?PORT\}?/, "{port}");
    return port === undefined
      ? hosted
      : hosted.replace(/\d+/g, (number) => (number === `${port}` ? "{port}" : number));
  });
}

function wordsIn(json: string): string[] | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function healthIn(folder: string): string | undefined {
  const files = globSync(SOURCES, { cwd: folder, exclude: NOT_OURS }).slice(0, MOST_SOURCES);
  for (const file of files.toSorted()) {
    const path = HEALTH.exec(readFileSync(join(folder, file), "utf8"));
    if (path) return `/${path[1]}${path[0].endsWith("/'") || path[0].endsWith('/"') ? "/" : ""}`;
  }
  return undefined;
}
