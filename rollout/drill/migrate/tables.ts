import type pg from "pg";
import { KEPT_TABLES } from "../../platforms/rehearsal/backups/digest.ts";

/** A table as it was: its columns, and a hash of each row. */
export interface TableBefore {
  rows: number;
  columns: readonly string[];
  hashes: ReadonlySet<string>;
}

export type TablesBefore = Readonly<Record<string, TableBefore>>;

/** Rows beyond these are counted and not compared. */
const COMPARED = 1_000_000;

const COLUMNS = `
  SELECT format('%I.%I', nspname, relname) AS name, array_agg(quote_ident(attname) ORDER BY attnum) AS columns
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE attnum > 0 AND NOT attisdropped AND ${KEPT_TABLES} AND relname <> 'rollout_migrations'
  GROUP BY 1 ORDER BY 1`;

/** Every table with its rows, to be held against what a migration leaves. */
export async function tablesIn(client: pg.Client): Promise<TablesBefore> {
  const tables: Record<string, TableBefore> = {};
  for (const { name, columns } of await columnsOf(client))
    tables[name] = { columns, ...(await rowsOf(client, name, columns)) };
  return tables;
}

export interface MigratedRows {
  /** What is gone, a line each: tables, columns, rows. */
  lost: string[];
  /** Of rows that are there, how many have another value in a column that was there before. */
  changed: string[];
}

/** What was there before and isn't any more. New tables, columns and rows are no difference. */
export async function differencesFrom(before: TablesBefore, client: pg.Client): Promise<MigratedRows> {
  const now = new Map((await columnsOf(client)).map(({ name, columns }) => [name, columns]));
  const lost: string[] = [];
  const changed: string[] = [];
  for (const [name, table] of Object.entries(before)) {
    const columns = now.get(name);
    if (!columns) {
      lost.push(`${name} is gone, with ${table.rows} rows`);
      continue;
    }
    const gone = table.columns.filter((each) => !columns.includes(each));
    if (gone.length > 0)
      lost.push(`${name}: ${gone.join(", ")} is gone, with what ${table.rows} rows had in it`);
    const { rows, hashes } = await rowsOf(client, name, gone.length > 0 ? columns : table.columns);
    if (rows < table.rows) lost.push(`${name}: ${table.rows - rows} of ${table.rows} rows are gone`);
    if (gone.length > 0) continue;
    const others = [...table.hashes].filter((each) => !hashes.has(each)).length;
    if (others > 0) changed.push(`${name}: ${others} of ${table.rows} rows`);
  }
  return { lost, changed };
}

async function columnsOf(client: pg.Client): Promise<{ name: string; columns: string[] }[]> {
  return (await client.query<{ name: string; columns: string[] }>(COLUMNS)).rows;
}

async function rowsOf(client: pg.Client, name: string, columns: readonly string[]) {
  const { rows } = await client.query<{ hash: string }>(
    `SELECT hashtextextended(ROW(${columns.join(", ")})::text, 0)::text AS hash FROM ONLY ${name} LIMIT ${COMPARED}`,
  );
  const { rows: counted } = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM ONLY ${name}`);
  return { rows: Number(counted[0]?.rows), hashes: new Set(rows.map(({ hash }) => hash)) };
}

/** How often each table was read or written since the server began. */
export async function usesOf(client: pg.Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ name: string; uses: string }>(
    `SELECT format('%I.%I', schemaname, relname) AS name,
       seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del AS uses
     FROM pg_stat_user_tables WHERE relname <> 'rollout_migrations'`,
  );
  return new Map(rows.map(({ name, uses }) => [name, Number(uses)]));
}
