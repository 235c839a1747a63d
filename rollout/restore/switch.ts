import { given } from "../../infra/sure.ts";
import { systemClock } from "../clock.ts";
import { ensureBackups } from "../platforms/rehearsal/backups/ensure.ts";
import { listBackups, takeBackup } from "../platforms/rehearsal/backups/repository.ts";
import { type Store, storeOf } from "../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../platforms/rehearsal/backups/superuser.ts";
import { messageOf, RehearsalError } from "../platforms/rehearsal/machine/errors.ts";
import { stop } from "../platforms/rehearsal/machine/stopping.ts";
import type { Room } from "../platforms/rehearsal/room.ts";
import { healthOf } from "../platforms/rehearsal/servers/health.ts";
import { ensurePostgres } from "../platforms/rehearsal/stores/postgres.ts";
import { until } from "../waiting.ts";
import { dropRecovery, prepareReturn } from "./files.ts";
import { removeSwitch, type SwitchRecord, writeSwitch } from "./record.ts";

const POSTGRES = "postgres";
/** It archives the rest of its log first. */
const SHUTDOWN_MS = 60_000;
const RECOVERY_MS = 5 * 60_000;
const HEALTHY_MS = 60_000;

/**
 * Lets the other database take the live one's place: the same port, so that the servers' connections find it as soon as they
 * connect again. Begun anew after a kill, it goes on from where it was.
 *
 * @returns seconds without a database
 * @throws {RehearsalError} when the other one doesn't start: then the live one is back
 */
export async function carryOut(room: Room, record: SwitchRecord): Promise<number> {
  const { ledger } = room;
  const began = performance.now();
  if (ledger.state.database.folder !== record.into) await leave(room, record);
  try {
    await ensurePostgres(room);
    const recovered = () => holds(room, "NOT pg_is_in_recovery()");
    if (!(await until({ everyMs: 20, withinMs: RECOVERY_MS, signal: room.signal }, recovered)))
      throw new RehearsalError("the database doesn't end its recovery");
  } catch (error) {
    await takeBack(room, record);
    throw new RehearsalError(`it didn't start (${messageOf(error)}): the database of before is live again`);
  }
  const seconds = Math.round(performance.now() - began) / 1000;
  await writeLife(room, record);
  dropRecovery(storeOf(room));
  ensureBackups(room);
  await healthy(room, "rollout restore --back takes it back");
  await firstBackup(room, `restored-${given(record.since, "moment of the switch")}`);
  removeSwitch(ledger.place);
  return seconds;
}

async function leave(room: Room, record: SwitchRecord): Promise<void> {
  const { ledger } = room;
  if (record.direction === "back") prepareReturn(storeOf(room), record.into);
  record.since = systemClock.now();
  writeSwitch(ledger.place, record);
  await endLog(storeOf(room)).catch((error: Error) => room.say(`the live database: ${error.message}`));
  await stop(ledger, POSTGRES, SHUTDOWN_MS);
  ledger.change(({ database }) => {
    database.folder = record.into;
  });
}

async function takeBack(room: Room, { from }: SwitchRecord): Promise<void> {
  const { ledger } = room;
  await stop(ledger, POSTGRES, SHUTDOWN_MS);
  ledger.change(({ database }) => {
    database.folder = from;
  });
  await ensurePostgres(room);
  ensureBackups(room);
  removeSwitch(ledger.place);
}

/** What is written down and archived already needn't be waited for when it stops. Something stands in the log after its last moment. */
async function endLog(store: Store): Promise<void> {
  await asSuperuser(store, async (client) => {
    await client.query("CHECKPOINT");
    await client.query("SELECT pg_current_xact_id()");
    await client.query("SELECT pg_switch_wal()");
  });
}

async function writeLife(room: Room, record: SwitchRecord): Promise<void> {
  const { from, into, timeline, fromXid } = record;
  const since = given(record.since, "moment of the switch");
  const { ledger } = room;
  if (ledger.state.database.lives?.at(-1)?.since === since) return;
  const now = await asSuperuser(storeOf(room), async (client) => {
    const { rows } = await client.query<{ timeline: string; next: string }>(
      `SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline,
              pg_snapshot_xmax(pg_current_snapshot())::text AS next`,
    );
    return given(rows[0], "timeline");
  });
  const life = { folder: into, timeline: now.timeline, since, fromXid: fromXid ?? now.next };
  ledger.change(({ database }) => {
    database.lives = [...(database.lives ?? [{ folder: from, timeline, since: 0 }]), life];
  });
}

/**
 * Waits until all of the application's servers are healthy on the database that took the live one's place.
 *
 * @param wayBack said where they don't get healthy
 */
export async function healthy(room: Room, wayBack: string): Promise<boolean> {
  const { servers } = room.ledger.state;
  const isWell = (server: (typeof servers)[number]) => healthOf(room, server).catch(() => false);
  const all = async () => (await Promise.all(servers.map(isWell))).every(Boolean);
  if (await until({ everyMs: 100, withinMs: HEALTHY_MS, signal: room.signal }, all)) return true;
  const answers = await Promise.all(servers.map(isWell));
  const sick = servers.filter((_, index) => !answers[index]).map(({ id }) => id);
  room.say(`not healthy on the new database: ${sick.join(", ")}; ${wayBack}`);
  return false;
}

/** Its log is worth something from a backup of its own on. */
export async function firstBackup(room: Room, name: string): Promise<void> {
  const store = storeOf(room);
  if ((await listBackups(store)).some((backup) => backup.name === name)) return;
  const { label } = await takeBackup(store, name, room.signal);
  room.say(`backed up: ${label}`);
}

async function holds(room: Room, condition: string): Promise<boolean> {
  const { rows } = await asSuperuser(storeOf(room), (client) => client.query(`SELECT ${condition} AS so`));
  return rows[0].so === true;
}
