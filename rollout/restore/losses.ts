import type pg from "pg";
import { first } from "../../infra/sure.ts";
import { KEPT_TABLES } from "../platforms/rehearsal/backups/digest.ts";

/** What a table of the live database loses when another takes its place. */
export interface TableLoss {
  /** `public.orders`; quoted as SQL wants it. */
  table: string;
  /** Rows that were inserted or changed since, and are gone. */
  written: number;
  /** Rows that were changed or deleted since, and are again as they were. */
  back: number;
}

/** Which transactions of the live database the other one hasn't. */
export interface Missing {
  /** This number and all after it. */
  fromXid: string;
  /** Of those before it, which were under way at that moment. */
  also: string[];
}

/**
 * What of the log a recovery has replayed: asked while it is paused. PostgreSQL doesn't tell there which of the transactions since
 * `xmin` were under way.
 */
export async function replayed(client: pg.Client): Promise<{ xmin: string; xmax: string }> {
  const { rows } = await client.query<{ xmin: string; xmax: string }>(
    "SELECT pg_snapshot_xmin(now)::text AS xmin, pg_snapshot_xmax(now)::text AS xmax FROM pg_current_snapshot() AS now",
  );
  return first(rows);
}

/** Once the recovery has ended, what was under way counts as aborted (PostgreSQL, `pg_xact_status`). */
export async function missingAfter(
  client: pg.Client,
  { xmin, xmax }: { xmin: string; xmax: string },
): Promise<Missing> {
  const { rows } = await client.query<{ xid: string }>(
    `SELECT xid::text FROM generate_series($1::bigint, $2::bigint - 1) AS xid
     WHERE pg_xact_status(xid::text::xid8) = 'aborted'`,
    [xmin, xmax],
  );
  return { fromXid: xmax, also: rows.map(({ xid }) => xid) };
}

/** How many rows each table has; tables as {@link tablesLost} names them. */
export async function rowsIn(client: pg.Client): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const name of await tables(client)) {
    const { rows } = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM ONLY ${name}`);
    counts.set(name, Number(first(rows).rows));
  }
  return counts;
}

/**
 * Counts, in one snapshot of the live database, which rows come from transactions that the other database hasn't. It reads every
 * table once.
 *
 * @param there the rows of the other database's tables; undefined where that can't be asked
 * @returns the transactions since, at most (one that wrote nothing in the end counts too), and the tables that lose something
 */
export async function tablesLost(
  live: pg.Client,
  { fromXid, also }: Missing,
  there?: ReadonlyMap<string, number>,
): Promise<{ transactions: number; tables: TableLoss[] }> {
  await live.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const { rows: now } = await live.query<{ next: string }>(
    "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next",
  );
  const { next } = first(now);
  const lost: TableLoss[] = [];
  const here = await tables(live);
  for (const table of here) {
    const { rows } = await live.query<{ all: string; written: string }>(
      // A row knows the last 32 bits of its transaction's number.
      `SELECT count(*) AS all, count(*) FILTER (WHERE xid >= $2 OR xid = ANY ($3)) AS written
       FROM (SELECT $1::bigint - (($1::bigint - xmin::text::bigint) & 4294967295) AS xid FROM ONLY ${table}) AS each`,
      [next, fromXid, also],
    );
    const written = Number(first(rows).written);
    const back = there ? (there.get(table) ?? 0) - (Number(first(rows).all) - written) : 0;
    lost.push({ table, written, back: Math.max(0, back) });
  }
  await live.query("COMMIT");
  const dropped = [...(there ?? [])].filter(([table]) => !here.includes(table));
  lost.push(...dropped.map(([table, back]) => ({ table, written: 0, back })));
  return {
    transactions: Math.max(0, Number(BigInt(next) - BigInt(fromXid))) + also.length,
    tables: lost.filter(({ written, back }) => written + back > 0),
  };
}

/** Those of the app's: `rollout_migrations` is ours. */
async function tables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE ${KEPT_TABLES} AND relname <> 'rollout_migrations' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}
