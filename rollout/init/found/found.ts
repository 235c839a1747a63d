import { globSync } from "node:fs";
import { assetsIn, type FoundAssets } from "./assets.ts";
import { portIn, rehearsed } from "./command.ts";
import { dependenciesIn } from "./dependencies.ts";
import { readDockerfile } from "./dockerfile.ts";
import { frameworkAmong } from "./frameworks.ts";
import { type FoundMigration, migrationIn } from "./migrations.ts";
import { textOf } from "./text-of.ts";

/** What an application's folder tells of it. */
export interface Found {
  framework?: string | undefined;
  port?: { is: number; by: string } | undefined;
  /** What starts it in the rehearsal, by `CMD`. */
  command?: string[] | undefined;
  migrate?: FoundMigration | undefined;
  healthPath?: string | undefined;
  /** Where a bundler's files are, whose names change with their content. */
  assets?: FoundAssets | undefined;
}

/** A route as most frameworks write it, and as Django and Rails do. */
const ROUTES = [
  /["'`]\/((?:api\/)?(?:healthz?|up|livez|readyz|_health)\/?)["'`]/,
  /(?:path\(|url\(|get ) ?r?["']\^?((?:api\/)?(?:healthz?|up|livez|readyz|_health)\/?)\$?["']/,
];
const SOURCES = "**/*.{py,js,mjs,cjs,ts,rb}";
const NOT_OURS = ["**/node_modules/**", "**/.venv/**", "**/venv/**", "**/test/**", "**/tests/**"];
const MOST_SOURCES = 2000;

/** Reads what an application's folder says about how it runs. Nothing is started. */
export function findIn(folder: string): Found {
  const image = readDockerfile(textOf(folder, "Dockerfile"));
  const dependencies = dependenciesIn(folder);
  const framework = frameworkAmong(dependencies);
  const said = image.command && portIn(image.command);
  const port = image.port
    ? { is: image.port, by: "EXPOSE" }
    : said
      ? { is: said, by: "CMD" }
      : framework && { is: framework.port, by: framework.name };
  return {
    framework: framework?.name,
    port,
    command: image.command && rehearsed(image.command, port?.is),
    migrate: migrationIn(folder),
    healthPath: image.healthPath ?? healthIn(folder),
    assets: assetsIn(folder, dependencies, image),
  };
}

/** What was found and where, a line each. */
export function foundLines({ framework, port, command, migrate, healthPath, assets }: Found): string[] {
  return [
    ...(framework ? [`found: ${framework}`] : []),
    ...(port ? [`found: port ${port.is} (${port.by})`] : []),
    ...(command ? [`found: command ${command.join(" ")} (CMD)`] : []),
    ...(migrate ? [`found: ${migrate.by}'s migrations (${migrate.words.join(" ")})`] : []),
    ...(healthPath ? [`found: health path ${healthPath}`] : []),
    ...(assets ? [`found: assets in ${assets.folder}, at ${assets.path}`] : []),
  ];
}

function healthIn(folder: string): string | undefined {
  const files = globSync(SOURCES, { cwd: folder, exclude: NOT_OURS }).slice(0, MOST_SOURCES);
  for (const file of files.toSorted()) {
    const text = textOf(folder, file);
    const path = ROUTES.map((route) => route.exec(text)?.[1]).find((each) => each !== undefined);
    if (path) return `/${path}`;
  }
  return undefined;
}
