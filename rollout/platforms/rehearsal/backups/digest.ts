import type pg from "pg";
import { first } from "../../../../infra/sure.ts";

/** What is in a table, whatever the order of its rows. */
export interface TableDigest {
  rows: number;
  /** The sum of a 64-bit hash of each row's text; 0 for an empty table. */
  digest: string;
}

/** By `schema.table`, sorted. */
export type Digests = Record<string, TableDigest>;

/**
 * libpq options of a connection: the way a row is written as text must be the same wherever it is read, and a policy that would
 * hide rows from the reader is an error (PostgreSQL, "row_security").
 */
export const ROWS_AS_TEXT =
  "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres -c extra_float_digits=1 -c bytea_output=hex -c row_security=off";

/** Of relations in pg_class and pg_namespace: what outlives a crash and isn't the system's own. */
export const KEPT = "relpersistence = 'p' AND nspname <> 'information_schema' AND nspname !~ '^pg_'";

/** Ordinary tables of these: partitions rather than what they are parts of. */
export const KEPT_TABLES = `relkind = 'r' AND ${KEPT}`;

const TABLES = `
  SELECT format('%I.%I', nspname, relname) AS name
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE ${KEPT_TABLES}
  ORDER BY 1`;

/** Quoted as SQL wants them. */
export async function tablesOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(TABLES);
  return rows.map(({ name }) => name);
}

/** Where large objects are kept (PostgreSQL, "System Catalogs": pg_largeobject); no table of the user's. */
const LARGE_OBJECTS = "large objects";
const PAGES = "(SELECT loid, pageno, data FROM pg_largeobject)";

/**
 * Reads every table whole, and the large objects. Within one transaction of the kind REPEATABLE READ all are of the same
 * moment. A table's own rows only: those that inherit from it are in their own.
 */
export async function digestsOf(client: pg.Client): Promise<Digests> {
  const digests: Digests = {};
  const read = async (name: string, from: string) => {
    // `t.*` is the row whatever its columns are called; `t` would be a column of that name.
    const { rows } = await client.query<{ rows: string; digest: string }>(
      `SELECT count(*) AS rows, coalesce(sum(hashtextextended((t.*)::text, 0)), 0)::text AS digest FROM ${from} AS t`,
    );
    digests[name] = { rows: Number(first(rows).rows), digest: first(rows).digest };
  };
  for (const name of await tablesOf(client)) await read(name, `ONLY ${name}`);
  await read(LARGE_OBJECTS, PAGES);
  return digests;
}

/** What is different in the copy, a line each; empty when nothing is. */
export function differences(marked: Digests, copy: Digests): { rows: string[]; digests: string[] } {
  const names = [...new Set([...Object.keys(marked), ...Object.keys(copy)])].sort();
  const rows: string[] = [];
  const digests: string[] = [];
  for (const name of names) {
    const [was, is] = [marked[name], copy[name]];
    if (!was) rows.push(`${name}: wasn't there`);
    else if (!is) rows.push(`${name}: is missing, it had ${was.rows} rows`);
    else if (was.rows !== is.rows) rows.push(`${name}: ${is.rows} rows, it had ${was.rows}`);
    if (was && is && was.digest !== is.digest) digests.push(`${name}: its rows aren't the same`);
  }
  return { rows, digests };
}
