import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { isProgram } from "../../../is-program.ts";
import { RehearsalError } from "./errors.ts";

/** Where the servers that play the cloud are on this machine: absolute paths. */
export interface Programs {
  nginx: string;
  haproxy: string;
  redis: string;
  postgres: string;
  initdb: string;
  pgbackrest: string;
}

/** What is searched; by default this machine. */
export interface Places {
  path: string[];
  platform: NodeJS.Platform;
  isProgram(file: string): boolean;
  list(folder: string): string[];
  /** The major version of a `postgres` that isn't in a folder of its version; by default unknown. */
  majorOf?(postgres: string): string | undefined;
}

/** Folders that are often missing from a PATH: Debian keeps servers in sbin, Homebrew and MacPorts have their own. */
const ALSO = [
  "/usr/sbin",
  "/usr/local/sbin",
  "/sbin",
  "/usr/local/bin",
  "/opt/homebrew/bin",
  "/opt/local/bin",
];

const PACKAGES = [
  { program: "nginx", apt: "nginx", brew: "nginx" },
  { program: "haproxy", apt: "haproxy", brew: "haproxy" },
  { program: "redis-server", apt: "redis-server", brew: "redis" },
  { program: "postgres", apt: "postgresql", brew: "postgresql@16" },
  { program: "pgbackrest", apt: "pgbackrest", brew: "pgbackrest" },
] as const;

/** A server that the rehearsal runs, and where it was found. */
export interface Searched {
  /** Such as `redis-server`. */
  program: string;
  /** Undefined: it isn't there. */
  file: string | undefined;
  /** The command that installs it. */
  install: string;
}

/**
 * Finds nginx, HAProxy, Redis, PostgreSQL and pgBackRest.
 *
 * @param major the PostgreSQL that the stack asks for, preferred where several are installed; else the newest
 * @throws {RehearsalError} that names all that is missing and the command that installs it
 */
export function findPrograms(major?: string, places: Places = thisMachine()): Programs {
  const { nginx, haproxy, redis, postgres, initdb, pgbackrest } = search(major, places);
  if (nginx && haproxy && redis && postgres && initdb && pgbackrest)
    return { nginx, haproxy, redis, postgres, initdb, pgbackrest };
  const missing = searchPrograms(major, places).filter(({ file }) => file === undefined);
  const names = missing.map(({ program }) => program);
  throw new RehearsalError(
    `The rehearsal runs real servers and can't find: ${names.join(", ")}. Install with:\n  ${howToInstall(names, places.platform)}`,
  );
}

/**
 * The servers of one major version, which alone can read what lies in a folder of that version.
 *
 * @throws {RehearsalError} when it isn't on this machine
 */
export function findPostgres(
  major: string,
  places: Places = thisMachine(),
): Pick<Programs, "postgres" | "initdb"> {
  const folders = [
    ...postgresFolders(places, major)
      .filter(({ v }) => v === major)
      .map(({ folder }) => folder),
    ...onPath(major, places),
  ];
  for (const folder of folders) {
    const [postgres, initdb] = [join(folder, "postgres"), join(folder, "initdb")];
    if (places.isProgram(postgres) && places.isProgram(initdb)) return { postgres, initdb };
  }
  const by =
    places.platform === "darwin" ? `brew install postgresql@${major}` : `apt-get install postgresql-${major}`;
  throw new RehearsalError(
    `PostgreSQL ${major} isn't on this machine: ${by}, or put the folder of its programs on the PATH`,
  );
}

/** The same, each by itself, for whoever tells what is missing. */
export function searchPrograms(major?: string, places: Places = thisMachine()): Searched[] {
  const { nginx, haproxy, redis, postgres, initdb, pgbackrest } = search(major, places);
  const found = { nginx, haproxy, "redis-server": redis, postgres: initdb && postgres, pgbackrest };
  return PACKAGES.map(({ program }) => ({
    program,
    file: found[program],
    install: howToInstall([program], places.platform),
  }));
}

function search(major: string | undefined, places: Places): Partial<Programs> {
  const folders = [...new Set([...places.path, ...ALSO])];
  const find = (name: string, among: string[] = folders) =>
    among.map((folder) => join(folder, name)).find(places.isProgram);

  const known = postgresFolders(places, major);
  // One that somebody put on the PATH counts where it is just the one that is asked for.
  const asked = major === undefined || known[0]?.v === major ? [] : onPath(major, places);
  const versioned = [...asked, ...known.map(({ folder }) => folder)];
  const postgres = find("postgres", [...versioned, ...folders]);
  const programs = {
    nginx: find("nginx"),
    haproxy: find("haproxy"),
    redis: find("redis-server"),
    postgres,
    initdb: find("initdb", postgres ? [dirname(postgres), ...versioned, ...folders] : versioned),
    pgbackrest: find("pgbackrest"),
  };
  return Object.fromEntries(Object.entries(programs).filter(([, file]) => file !== undefined));
}

/** Debian, Red Hat and Homebrew install PostgreSQL's programs in a folder of the version; the asked one comes first. */
function postgresFolders(places: Places, major: string | undefined): { v: string; folder: string }[] {
  const candidates = [
    ...places.list("/usr/lib/postgresql").map((v) => ({ v, folder: `/usr/lib/postgresql/${v}/bin` })),
    ...places
      .list("/usr")
      .filter((name) => /^pgsql-\d+$/.test(name))
      .map((name) => ({ v: name.slice(6), folder: `/usr/${name}/bin` })),
    ...["/opt/homebrew/opt", "/usr/local/opt"].flatMap((root) =>
      places
        .list(root)
        .filter((name) => /^postgresql@\d+$/.test(name))
        .map((name) => ({ v: name.slice(11), folder: `${root}/${name}/bin` })),
    ),
  ].filter(({ v }) => Number(v) >= 15);
  const rank = (v: string) => (v === major ? Number.POSITIVE_INFINITY : Number(v));
  return candidates.sort((a, b) => rank(b.v) - rank(a.v));
}

function onPath(major: string, places: Places): string[] {
  const isThat = (postgres: string) => places.isProgram(postgres) && places.majorOf?.(postgres) === major;
  return places.path.filter((folder) => isThat(join(folder, "postgres")));
}

function howToInstall(programs: readonly string[], platform: NodeJS.Platform): string {
  const missing = PACKAGES.filter(({ program }) => programs.includes(program));
  return platform === "darwin"
    ? `brew install ${missing.map(({ brew }) => brew).join(" ")}`
    : `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.map(({ apt }) => apt).join(" ")}`;
}

function thisMachine(): Places {
  return {
    path: (process.env.PATH ?? "").split(delimiter).filter(Boolean),
    platform: process.platform,
    isProgram,
    list(folder) {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    },
    majorOf(postgres) {
      const { stdout } = spawnSync(postgres, ["--version"], { encoding: "utf8" });
      return /\b(\d+)(?:\.|beta|rc|devel)/.exec(stdout ?? "")?.[1];
    },
  };
}
