import pg from "pg";
import { type Log, reasonOf } from "./log.ts";
import type { AppSettings } from "./settings.ts";

/** How long a request waits for a connection and then for its query, in milliseconds. */
const waits = { connection: 2000, query: 3000 } as const;

/** The pool. It reconnects by itself: a connection that dies is thrown away and the next request opens another. */
export function openDatabase(settings: AppSettings, log: Log): pg.Pool {
  const pool = new pg.Pool({
    connectionString: settings.databaseUrl,
    max: settings.databasePoolSize,
    application_name: `app-${settings.track}`,
    connectionTimeoutMillis: waits.connection,
    query_timeout: waits.query,
    statement_timeout: waits.query,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
  });
  // Without a listener an idle connection's end (a failover, a restart) would end the process.
  pool.on("error", (error) => log.warn("an idle database connection ended", { reason: reasonOf(error) }));
  return pool;
}

/**
 * In order; each is run once per database. They only ever add: while a rollout lasts, the version before and the
 * version after use the same tables.
 */
const migrations = [
  `CREATE TABLE quotes (
     id uuid PRIMARY KEY,
     width integer NOT NULL,
     height integer NOT NULL,
     material text NOT NULL,
     price_cents integer NOT NULL,
     track text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  "CREATE INDEX quotes_created_at ON quotes (created_at)",
  `ALTER TABLE quotes
     ADD COLUMN supplier_price_cents integer,
     ADD COLUMN without_supplier boolean NOT NULL DEFAULT false`,
];

/** Any number, as long as every version of the service uses the same. */
const migrationLock = 7_202_611;

/**
 * Brings the schema up to date in one transaction. Of several processes that start at once, one does the work while
 * the others wait for its lock and then find nothing to do.
 *
 * @returns how many migrations were run
 */
export async function migrate(pool: pg.Pool): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
    await client.query("CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY)");
    const { rows } = await client.query("SELECT coalesce(max(number), 0) AS done FROM schema_migrations");
    const done: number = rows[0].done;
    for (const [index, statement] of migrations.entries()) {
      if (index < done) continue;
      await client.query(statement);
      await client.query("INSERT INTO schema_migrations VALUES ($1)", [index + 1]);
    }
    await client.query("COMMIT");
    client.release();
    return Math.max(0, migrations.length - done);
  } catch (error) {
    // The connection is closed rather than reused: that also ends the transaction and frees the lock.
    client.release(true);
    throw error;
  }
}
