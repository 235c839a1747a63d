import type pg from "pg";
import { first } from "../../infra/sure.ts";
import { until } from "../waiting.ts";

const SENT_AWAY_MS = 10_000;
/** One that is just coming in is seen a moment later: so often, 20 ms apart, nobody must be there. */
const EMPTY_LOOKS = 4;

/** How many connections the application's database takes; -1 for any. */
export async function connectionLimit(client: pg.Client): Promise<number> {
  const { rows } = await client.query(
    "SELECT datconnlimit AS most FROM pg_database WHERE datname = current_database()",
  );
  return first(rows).most;
}

/** It holds across restarts, and not for superusers (PostgreSQL, `ALTER DATABASE`): with 0 the application is kept out. */
export async function setConnectionLimit(client: pg.Client, most: number): Promise<void> {
  await client.query(
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT ${most}', current_database()); END $$`,
  );
}

/**
 * Closes the application's database: nobody gets in, and who is in is sent away. What they had committed is kept, what they hadn't was
 * never promised to anybody.
 *
 * @returns whether all were gone in time
 */
export async function close(client: pg.Client): Promise<boolean> {
  await setConnectionLimit(client, 0);
  let empty = 0;
  return until({ everyMs: 20, withinMs: SENT_AWAY_MS }, async () => {
    const { rows } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity JOIN pg_roles ON pg_roles.oid = usesysid
       WHERE datname = current_database() AND backend_type = 'client backend' AND NOT rolsuper`,
    );
    empty = rows.length === 0 ? empty + 1 : 0;
    return empty === EMPTY_LOOKS;
  });
}
