import type pg from "pg";
import { first } from "../../infra/sure.ts";
import { KEPT } from "../platforms/rehearsal/backups/digest.ts";

/** What decides whether logical replication carries a database, read from the live server and the new one. */
export interface DatabaseFacts {
  walLevel: string;
  /** Replication slots that may be made yet, and connections for senders. */
  freeSlots: number;
  freeSenders: number;
  /** Those that somebody else made: subscribers of theirs. */
  otherSlots: string[];
  /** Other databases on the server than the application's. */
  otherDatabases: string[];
  /** Tables whose changed and deleted rows can't be named: no primary key, and nothing in its place. */
  withoutIdentity: string[];
  /** Those that a crash empties, and their rows. */
  unlogged: { table: string; rows: number }[];
  largeObjects: number;
  prepared: number;
  /** Triggers that fire on replicated rows, too. */
  alwaysTriggers: string[];
  /** Extensions that are there on the live server and can't be had on the new one. */
  missingExtensions: string[];
}

/** What keeps an upgrade from being begun, and what somebody should know of it. */
export interface Preconditions {
  refusals: string[];
  notes: string[];
}

/**
 * Sources: PostgreSQL, "Logical Replication", its "Restrictions", "Publication" (replica identity), "Configuration Settings", and `CREATE
 * TRIGGER`'s ENABLE ALWAYS.
 */
export function judgePreconditions(facts: DatabaseFacts): Preconditions {
  const refusals: string[] = [];
  const refuse = (when: boolean, sentence: string) => when && refusals.push(sentence);
  const { withoutIdentity, otherSlots, otherDatabases, alwaysTriggers, missingExtensions, unlogged } = facts;
  refuse(
    facts.walLevel !== "logical",
    `the live server was started with wal_level ${facts.walLevel}, not logical: take the stack down and up again`,
  );
  refuse(facts.freeSlots < 1, "the live server has no replication slot left: raise max_replication_slots");
  // One for the rows that are copied at the start.
  refuse(facts.freeSenders < 2, "the live server lacks senders: raise max_wal_senders by 2");
  refuse(
    withoutIdentity.length > 0,
    `without a primary key, changed and deleted rows can't be carried: ${withoutIdentity.join(", ")}. Give each one, or ALTER TABLE ... REPLICA IDENTITY FULL`,
  );
  refuse(
    facts.largeObjects > 0,
    `${facts.largeObjects} large objects aren't carried: move them into a bytea column, or upgrade in place`,
  );
  refuse(
    otherSlots.length > 0,
    `others replicate from this server, and would lose their place: ${otherSlots.join(", ")}. End that first`,
  );
  refuse(
    otherDatabases.length > 0,
    `the server has other databases, which aren't carried: ${otherDatabases.join(", ")}. Move or drop them first`,
  );
  refuse(
    facts.prepared > 0,
    `${facts.prepared} prepared transactions are open: commit or roll them back first`,
  );
  refuse(
    alwaysTriggers.length > 0,
    `these triggers fire on replicated rows too, and would act twice: ${alwaysTriggers.join(", ")}. ENABLE TRIGGER without ALWAYS`,
  );
  refuse(
    missingExtensions.length > 0,
    `the new server lacks extensions: ${missingExtensions.join(", ")}. Install them for its version`,
  );
  const notes = unlogged
    .filter(({ rows }) => rows > 0)
    .map(({ table, rows }) => `${table} is unlogged and starts empty: about ${rows} rows`);
  return { refusals, notes };
}

const NAMED = "format('%I.%I', nspname, relname)";
const CLASSES = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace";
const NOT_OF_AN_EXTENSION =
  "NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')";

/** The tables that are replicated: the application's own, partitions rather than what they are parts of. Quoted as SQL wants them. */
export async function replicatedTables(client: pg.Client): Promise<string[]> {
  return names(
    client,
    `SELECT ${NAMED} AS name FROM ${CLASSES} WHERE relkind = 'r' AND ${KEPT} AND ${NOT_OF_AN_EXTENSION} ORDER BY 1`,
  );
}

/** @param next the new server, where it runs already */
export async function readFacts(live: pg.Client, next?: pg.Client): Promise<DatabaseFacts> {
  const { rows } = await live.query(
    `SELECT current_setting('wal_level') AS "walLevel",
       current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots)::int AS "freeSlots",
       current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_replication)::int AS "freeSenders",
       (SELECT count(DISTINCT loid) FROM pg_largeobject)::int AS "largeObjects",
       (SELECT count(*) FROM pg_prepared_xacts)::int AS prepared`,
  );
  const { rows: unlogged } = await live.query(
    `SELECT ${NAMED} AS "table", greatest(reltuples, 0)::int AS rows FROM ${CLASSES}
     WHERE relkind = 'r' AND relpersistence = 'u' AND nspname !~ '^pg_' ORDER BY 1`,
  );
  const extensions = await names(live, "SELECT extname AS name FROM pg_extension ORDER BY 1");
  const available = next ? await names(next, "SELECT name FROM pg_available_extensions") : extensions;
  return {
    ...first(rows),
    unlogged,
    otherSlots: await names(
      live,
      "SELECT slot_name AS name FROM pg_replication_slots WHERE slot_name !~ '^(rollout_upgrade$|pg_[0-9]+_sync_)' ORDER BY 1",
    ),
    otherDatabases: await names(
      live,
      "SELECT datname AS name FROM pg_database WHERE NOT datistemplate AND datname NOT IN ('postgres', current_database()) ORDER BY 1",
    ),
    withoutIdentity: await names(
      live,
      `SELECT ${NAMED} AS name FROM ${CLASSES}
       WHERE relkind = 'r' AND ${KEPT} AND ${NOT_OF_AN_EXTENSION} AND CASE relreplident
         WHEN 'f' THEN false
         WHEN 'd' THEN NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)
         WHEN 'i' THEN NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisreplident)
         ELSE true END ORDER BY 1`,
    ),
    alwaysTriggers: await names(
      live,
      `SELECT format('%I on %I.%I', tgname, nspname, relname) AS name
       FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE tgenabled IN ('A', 'R') AND NOT tgisinternal ORDER BY 1`,
    ),
    missingExtensions: extensions.filter((name) => !available.includes(name)),
  };
}

async function names(client: pg.Client, query: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(query);
  return rows.map(({ name }) => name);
}
