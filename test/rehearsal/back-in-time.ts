import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { Copy } from "../../rollout/drill/restore/rehearsal-copy.ts";
import { untilArchived } from "../../rollout/platforms/rehearsal/backups/archive.ts";
import { listBackups } from "../../rollout/platforms/rehearsal/backups/repository.ts";
import type { Store } from "../../rollout/platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../../rollout/platforms/rehearsal/backups/superuser.ts";
import { placeOf } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { prepareChange } from "../../rollout/platforms/rehearsal/verbs/prepare.ts";
import { type Stack, storeOf } from "./database.ts";

/**
 * A moment that the database can be taken back to: the log of it is safe. It is a whole second, as RDS takes moments.
 * Something must be written meanwhile, or the log ends before it.
 *
 * @returns milliseconds since the epoch
 */
export async function safeMoment(store: Store): Promise<number> {
  await sleep(1050 - (Date.now() % 1000));
  const moment = Date.now() - (Date.now() % 1000);
  const segment = await asSuperuser(store, async (client) => {
    await client.query("SELECT pg_current_xact_id()");
    const { rows } = await client.query("SELECT pg_walfile_name(pg_current_wal_insert_lsn()) AS segment");
    await client.query("SELECT pg_switch_wal()");
    return rows[0].segment;
  });
  await untilArchived(store, segment, 60_000);
  return moment;
}

/** The rehearsal's database as it was at a moment after its first backup, as a second server. */
export async function copyAt(project: Stack & { projectDir: string }, moment: number): Promise<Copy> {
  const room = await prepareChange({ ...project, say: () => {} }, placeOf(project.stack, project.stateDir));
  const copy = await Copy.make(room);
  const [backup] = await listBackups(storeOf(project));
  await copy.restore(backup!.label);
  await copy.recover({ time: moment }, "promote");
  return copy;
}

/** Runs a bash script to its end. */
export async function runScript(env: Record<string, string>, script: string) {
  const child = spawn("bash", ["--norc", "-c", script], { env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((done) => child.once("close", done));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, stdout, stderr };
}
