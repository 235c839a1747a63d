import type pg from "pg";
import { first } from "../../infra/sure.ts";
import type { Reached } from "../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../platforms/rehearsal/backups/superuser.ts";
import { until, waitFor } from "../waiting.ts";
import { replicatedTables } from "./preconditions.ts";

/** Publication, subscription and slot of an upgrade: each lives on one server, and none is of the application's. */
const NAME = "rollout_upgrade";
const SLOT_FREE_MS = 30_000;

/** The source says what it gives away. A publication that is there already is made anew. */
export async function publish(source: pg.Client): Promise<void> {
  const tables = await replicatedTables(source);
  await source.query(`DROP PUBLICATION IF EXISTS ${NAME}`);
  const what = tables.length > 0 ? ` FOR TABLE ${tables.map((table) => `ONLY ${table}`).join(", ")}` : "";
  await source.query(`CREATE PUBLICATION ${NAME}${what}`);
}

/** From this moment on the source keeps what is written, for a follower that is yet to come. */
export async function keepForFollower(source: pg.Client): Promise<void> {
  await publish(source);
  await dropSlot(source);
  await source.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [NAME]);
}

/**
 * The follower takes what the source writes.
 *
 * @param rows whether it takes what is there already, too; without, the source has kept what it lacks ({@link keepForFollower})
 */
export async function follow(
  follower: pg.Client,
  source: Reached,
  { rows }: { rows: boolean },
): Promise<void> {
  if (await subscribed(follower)) return;
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const { socketFolder, port, database } = source;
  const connection = `host=${quoted(socketFolder)} port=${port} user=postgres dbname=${quoted(database)}`;
  await follower.query(
    `CREATE SUBSCRIPTION ${NAME} CONNECTION '${connection.replaceAll("'", "''")}' PUBLICATION ${NAME}
     WITH (slot_name = ${NAME}, create_slot = ${rows}, copy_data = ${rows})`,
  );
}

/** How many of its tables a follower still has to copy. */
export async function tablesToCopy(follower: pg.Client): Promise<number> {
  const { rows } = await follower.query(
    "SELECT count(*)::int AS left FROM pg_subscription_rel WHERE srsubstate <> 'r'",
  );
  return first(rows).left;
}

/** It goes on following, or stops doing so. Nothing is lost meanwhile: the source keeps it. */
export async function setFollowing(follower: pg.Client, on: boolean): Promise<void> {
  if (await subscribed(follower))
    await follower.query(`ALTER SUBSCRIPTION ${NAME} ${on ? "ENABLE" : "DISABLE"}`);
}

/** The follower forgets its source; what that keeps for it, it keeps until {@link unpublish}. */
export async function unfollow(follower: pg.Client): Promise<void> {
  if (!(await subscribed(follower))) return;
  await follower.query(`ALTER SUBSCRIPTION ${NAME} DISABLE`);
  await follower.query(`ALTER SUBSCRIPTION ${NAME} SET (slot_name = NONE)`);
  await follower.query(`DROP SUBSCRIPTION ${NAME}`);
}

/** The source keeps nothing for a follower any more. */
export async function unpublish(source: pg.Client): Promise<void> {
  await dropSlot(source);
  await source.query(`DROP PUBLICATION IF EXISTS ${NAME}`);
}

async function subscribed(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query("SELECT FROM pg_subscription WHERE subname = $1", [NAME]);
  return rows.length > 0;
}

/** Whoever reads from it still is sent away. */
async function dropSlot(source: pg.Client): Promise<void> {
  const gone = async () => {
    const { rows } = await source.query(
      "SELECT slot_name AS name, pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1 OR (slot_name ~ '^pg_[0-9]+_sync_' AND database = current_database())",
      [NAME],
    );
    for (const { name } of rows)
      await source.query("SELECT pg_drop_replication_slot($1)", [name]).catch((error) => {
        // It is still read from for a moment.
        if (error.code !== "55006") throw error;
      });
    return rows.length === 0;
  };
  await waitFor("the replication slot to be free", { everyMs: 50, withinMs: SLOT_FREE_MS }, gone);
}

/** How far the source's log is: all that was committed before is in it, on disk. */
export async function logPosition(source: pg.Client): Promise<string> {
  // A transaction of our own is written to disk with all before it, also what users committed without waiting for that.
  await source.query("SELECT pg_logical_emit_message(true, 'rollout', '')");
  const { rows } = await source.query("SELECT pg_current_wal_flush_lsn()::text AS lsn");
  return first(rows).lsn;
}

/** Whether the follower holds all up to a position of the source's log. */
export async function hasReached(source: pg.Client, position: string): Promise<boolean> {
  const { rows } = await source.query(
    "SELECT coalesce(bool_or(replay_lsn >= $1::pg_lsn), false) AS so FROM pg_stat_replication WHERE application_name = $2",
    [position, NAME],
  );
  return first(rows).so;
}

/** @returns whether the follower came there in time */
export async function drained(source: pg.Client, withinMs: number, signal?: AbortSignal): Promise<boolean> {
  const position = await logPosition(source);
  return until({ everyMs: 5, withinMs, signal }, () => hasReached(source, position));
}

/** Milliseconds until what is written now is there, too; undefined when that takes longer than the limit. */
export async function lagMs(source: Reached, limitMs: number): Promise<number | undefined> {
  return asSuperuser(source, async (client) => {
    const begun = performance.now();
    return (await drained(client, limitMs)) ? Math.round(performance.now() - begun) : undefined;
  });
}

/** Sequences aren't replicated: the follower's are set to where the source's are. */
export async function copySequences(source: pg.Client, follower: pg.Client): Promise<number> {
  const { rows } = await source.query<{ name: string }>(
    `SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind = 'S' AND relpersistence = 'p' AND nspname <> 'information_schema' AND nspname !~ '^pg_' ORDER BY 1`,
  );
  if (rows.length === 0) return 0;
  const read = rows.map(
    ({ name }, index) =>
      `SELECT ${index} AS index, last_value::text AS value, is_called AS called FROM ${name}`,
  );
  const { rows: values } = await source.query<{ index: number; value: string; called: boolean }>(
    read.join(" UNION ALL "),
  );
  const set = values.map(({ index, value, called }) => {
    const name = (rows[index] as { name: string }).name.replaceAll("'", "''");
    return `setval('${name}', ${value}, ${called})`;
  });
  await follower.query(`SELECT ${set.join(", ")}`);
  return values.length;
}
