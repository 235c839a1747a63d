import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { shellWord } from "../../infra/host/shell-word.ts";
import { configFile, STANZA } from "../platforms/rehearsal/backups/config.ts";
import type { Store } from "../platforms/rehearsal/backups/store.ts";
import { makePrivateFolder, writeOwned } from "../platforms/rehearsal/machine/disk/owned.ts";
import type { DatabaseLife } from "../platforms/rehearsal/machine/state.ts";

// The databases' files. None of them runs while they are touched.

/** A folder beside the live one's, never that of a life before. */
export function nextFolder(live: string, lives: readonly DatabaseLife[] = []): string {
  const used = new Set([live, ...lives.map(({ folder }) => folder)]);
  for (let number = 2; ; number += 1) {
    const folder = join(dirname(live), `postgres-${number}`);
    if (!used.has(folder)) return folder;
  }
}

/**
 * Gives a restored copy's data a folder of its own, and makes a server of it like any other.
 *
 * @param copy stopped in good order
 */
export function takeData(copy: Store, into: string): void {
  // What a kill left of an attempt before.
  rmSync(into, { recursive: true, force: true });
  makePrivateFolder(into, copy.user);
  const data = join(into, "data");
  renameSync(copy.data, data);
  withoutRecovery(data, copy);
  writeOwned(join(data, "rehearsal-ready"), "", copy.user);
  // The copy archives nothing. Without its history the next recovery would take the same timeline, and the archive would hold two
  // logs by one name.
  const status = join(data, "pg_wal", "archive_status");
  const histories = readdirSync(join(data, "pg_wal")).filter((name) => name.endsWith(".history"));
  for (const name of histories)
    if (!existsSync(join(status, `${name}.done`))) writeOwned(join(status, `${name}.ready`), "", copy.user);
}

/**
 * Has a database that served before begin a timeline of its own when it starts: the archive has the log of what served meanwhile
 * (PostgreSQL, "Timelines").
 */
export function prepareReturn(store: Store, into: string): void {
  const data = join(into, "data");
  const quoted = (text: string) => shellWord(text).replaceAll("%", "%%");
  const command = `${quoted(store.pgbackrest)} --config=${quoted(configFile(store))} --stanza=${STANZA} archive-get %f "%p"`;
  const lines = [
    `restore_command = '${command.replaceAll("'", "''")}'`,
    "recovery_target_timeline = 'current'",
  ];
  writeOwned(autoConf(data), `${plainAuto(data)}${lines.join("\n")}\n`, store.user);
  writeOwned(join(data, "recovery.signal"), "", store.user);
}

/** After a recovery: what told it where to end would be read again by the next one. */
export function dropRecovery(store: Store): void {
  withoutRecovery(store.data, store);
}

function withoutRecovery(data: string, { user }: Pick<Store, "user">): void {
  writeOwned(autoConf(data), plainAuto(data), user);
}

/** What `ALTER SYSTEM` wrote stays. */
function plainAuto(data: string): string {
  const lines = readFileSync(autoConf(data), "utf8").split("\n");
  const ours = /^\s*(restore_command|recovery_target\w*|archive_mode)\b/;
  return `${lines.filter((line) => line !== "" && !ours.test(line)).join("\n")}\n`;
}

function autoConf(data: string): string {
  return join(data, "postgresql.auto.conf");
}
