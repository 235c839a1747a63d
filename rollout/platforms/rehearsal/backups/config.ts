import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { shellWord } from "../../../../infra/host/shell-word.ts";
import { makePrivateFolder, writeOwned } from "../machine/disk/owned.ts";
import type { Store } from "./store.ts";

/** pgBackRest's name for the database server and all that belongs to it. */
export const STANZA = "main";

/**
 * Seconds after which PostgreSQL ends a WAL segment that has something in it, so that it is archived: what a disaster may
 * cost at most, but for the moment that the archiving takes. RDS's own figure is five minutes.
 */
export const ARCHIVE_TIMEOUT_SECONDS = 10;

export function configFile({ folder }: Pick<Store, "folder">): string {
  return join(folder, "pgbackrest.conf");
}

/**
 * Writes pgBackRest's configuration. The repository is encrypted; the key is made once and lies in this file, which only
 * the database's user reads.
 *
 * Each backup is whole by itself, and none expires by itself: see retention.ts.
 */
export function writeConfig(store: Store): void {
  const { folder, user } = store;
  makePrivateFolder(folder, user);
  const file = configFile(store);
  const key = keyIn(file) ?? randomBytes(48).toString("base64");
  for (const name of ["repository", "lock", "spool"]) makePrivateFolder(join(folder, name), user);
  writeOwned(file, configText(store, key), user);
}

function keyIn(file: string): string | undefined {
  return existsSync(file) ? /^repo1-cipher-pass=(.+)$/m.exec(readFileSync(file, "utf8"))?.[1] : undefined;
}

function configText({ folder, data, port, socketFolder }: Store, key: string): string {
  const all = {
    "repo1-path": join(folder, "repository"),
    "repo1-cipher-type": "aes-256-cbc",
    "repo1-cipher-pass": key,
    // Thousands of small files in few large ones.
    "repo1-bundle": "y",
    "expire-auto": "n",
    "compress-type": "zst",
    "compress-level": "1",
    // A checkpoint at once, instead of within the next minutes.
    "start-fast": "y",
    "process-max": String(Math.min(4, availableParallelism())),
    "lock-path": join(folder, "lock"),
    "spool-path": join(folder, "spool"),
    // What it has to say is in the log of whoever calls it.
    "log-level-file": "off",
    "log-level-console": "warn",
  };
  const one = {
    "pg1-path": data,
    "pg1-port": String(port),
    "pg1-socket-path": socketFolder,
    "pg1-user": "postgres",
  };
  const section = (name: string, values: Record<string, string>) =>
    [`[${name}]`, ...Object.entries(values).map(([option, value]) => `${option}=${value}`), ""].join("\n");
  return `${section("global", all)}${section(STANZA, one)}`;
}

/** PostgreSQL's settings for continuous archiving. */
export function archiveSettings(store: Store): Record<string, string> {
  const quoted = (text: string) => shellWord(text).replaceAll("%", "%%");
  return {
    archive_mode: "on",
    archive_timeout: String(ARCHIVE_TIMEOUT_SECONDS),
    archive_command:
      `${quoted(store.pgbackrest)} --config=${quoted(configFile(store))} --stanza=${STANZA} ` +
      'archive-push "%p"',
  };
}
