import { execFile } from "node:child_process";
import { retried } from "../../../waiting.ts";
import { RehearsalError } from "../machine/errors.ts";
import { configFile, STANZA } from "./config.ts";
import type { Store } from "./store.ts";

/** A backup in the repository. */
export interface Backup {
  /** Such as `20261121-090415F`. */
  label: string;
  /** Which of the servers that the repository has known it is of: a number that rises; absent where there was but one. */
  server?: number;
  /** What it was taken for, such as `before-green-7`; absent for a scheduled one. */
  name?: string;
  /** Milliseconds since the epoch: it holds what was committed before `stop`, and can be taken to any later time. */
  start: number;
  stop: number;
  /** The WAL segments that it needs to be whole. */
  wal: { first: string; last: string };
  /** Pages whose checksum was wrong when it was taken. */
  pageErrors: boolean;
  /** Bytes of the database, and of the backup in the repository. */
  size: number;
  stored: number;
}

/** pgBackRest's exit code when another of its commands is at work (`LockAcquireError`). */
const LOCKED = 50;
const DEADLINE_MS = 30 * 60_000;

/**
 * One pgBackRest command.
 *
 * @param signal ends it
 * @returns what it printed
 * @throws {RehearsalError} with what it said
 */
export async function pgbackrest(store: Store, args: string[], signal?: AbortSignal): Promise<string> {
  const command = [`--config=${configFile(store)}`, `--stanza=${STANZA}`, ...args];
  const options = {
    cwd: store.folder,
    // Nothing of this shell's: pgBackRest reads its options from the environment too.
    env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
    timeout: DEADLINE_MS,
    maxBuffer: 256 << 20,
    signal,
    ...store.user,
  };
  const verb = args.find((word) => !word.startsWith("-"));
  return new Promise((resolve, reject) => {
    execFile(store.pgbackrest, command, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const said = `${stdout}\n${stderr}`.split("\n").filter((line) => /ERROR|WARN|HINT/.test(line));
      const reason = [...new Set(said.map((line) => line.replace(/^.*P\d\d +/, "").trim()))].join("; ");
      const message = `pgbackrest ${verb} failed: ${reason || error.message}`;
      reject(Object.assign(new RehearsalError(message), { exitCode: error.code }));
    });
  });
}

/** As {@link pgbackrest}, but waits for a backup that another process is taking. */
export async function pgbackrestWhenFree(
  store: Store,
  args: string[],
  signal?: AbortSignal,
): Promise<string> {
  const patience = { everyMs: 200, withinMs: DEADLINE_MS, signal };
  return retried(patience, isLocked, () => pgbackrest(store, args, signal));
}

function isLocked(error: unknown): boolean {
  return (error as { exitCode?: unknown }).exitCode === LOCKED;
}

/** What belongs to the repository at all; done again it changes nothing. The server needn't run. */
export async function createStanza(store: Store): Promise<void> {
  await pgbackrest(store, ["stanza-create", "--no-online"]);
}

/** Once another server holds the database: its backups and log are kept beside those of the one before. */
export async function upgradeStanza(store: Store): Promise<void> {
  await pgbackrestWhenFree(store, ["stanza-upgrade", "--no-online"]);
}

/** All backups, oldest first. @throws {RehearsalError} when the repository can't be read */
export async function listBackups(store: Store): Promise<Backup[]> {
  const [stanza] = JSON.parse(await pgbackrest(store, ["info", "--output=json"])) as Stanza[];
  const { code, message } = stanza?.status ?? { code: 99, message: "no such stanza" };
  // 2: there is no backup yet.
  if (!stanza || (code !== 0 && code !== 2))
    throw new RehearsalError(`the repository has an error: ${message}`);
  return stanza.backup.map(({ label, annotation, database, timestamp, archive, error, info }) => ({
    label,
    server: database.id,
    ...(annotation?.rollout && { name: annotation.rollout }),
    start: timestamp.start * 1000,
    stop: timestamp.stop * 1000,
    wal: { first: archive.start, last: archive.stop },
    pageErrors: error === true,
    size: info.size,
    stored: info.repository.size,
  }));
}

/**
 * Takes a backup of the running server.
 *
 * @param name what it is for; letters, digits, hyphens and dots
 */
export async function takeBackup(store: Store, name?: string, signal?: AbortSignal): Promise<Backup> {
  const annotation = name ? [`--annotation=rollout=${name}`] : [];
  await pgbackrestWhenFree(store, ["backup", "--type=full", ...annotation], signal);
  const taken = (await listBackups(store)).findLast((backup) => backup.name === name);
  if (!taken) throw new RehearsalError("pgBackRest took a backup that it doesn't list");
  return taken;
}

/** Takes a backup if there is none yet, or waits for the one that another process is taking. */
export async function takeFirstBackup(store: Store, signal?: AbortSignal): Promise<void> {
  await retried({ everyMs: 200, withinMs: DEADLINE_MS, signal }, isLocked, async () => {
    if ((await listBackups(store)).length > 0) return;
    await pgbackrest(store, ["backup", "--type=full"], signal);
  });
}

/** Part of `info --output=json` (pgBackRest, "Info Command"). */
interface Stanza {
  status: { code: number; message: string };
  backup: {
    label: string;
    annotation?: Record<string, string>;
    database: { id: number };
    timestamp: { start: number; stop: number };
    archive: { start: string; stop: string };
    error?: boolean;
    info: { size: number; repository: { size: number } };
  }[];
}
