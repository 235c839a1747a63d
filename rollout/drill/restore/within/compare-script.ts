import { KEPT, KEPT_TABLES, ROWS_AS_TEXT } from "../../../platforms/rehearsal/backups/digest.ts";
import { type Address, scriptOn } from "./script.ts";

/** Exit codes with a meaning of their own; psql's end at 3. */
export const NO_CONNECTION = 10;
export const NOT_TRACKED = 11;

/**
 * The columns of all ordinary tables. A copy has the numbers of tables and columns that the original has, whatever was
 * renamed, added or dropped there since.
 */
const COLUMNS = `SELECT attrelid, format('%I.%I', nspname, relname), attnum, quote_ident(attname), atttypid
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE attnum > 0 AND NOT attisdropped AND ${KEPT_TABLES}`;

/**
 * Compares the copy with the live database, row by row and to the letter, while that is written to: each row that was
 * committed before the moment and hasn't been changed since must be in the copy. PostgreSQL knows when a row was committed
 * (`track_commit_timestamp`). Rows travel as 64-bit hashes of their text, and are sorted in the copy: the live database is
 * read once from end to end and does no more than that.
 *
 * @param moment the copy holds everything that was committed before it; milliseconds since the epoch
 * @returns a script that prints one line of JSON (see compared.ts)
 */
export function compareScript(copy: Address, moment: number): string {
  const before = new Date(moment).toISOString();
  return scriptOn(
    copy,
    `work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PGCONNECT_TIMEOUT=20 PGAPPNAME=rollout-drill
export PGOPTIONS='${ROWS_AS_TEXT} -c statement_timeout=0'
export PGPASSWORD=\${live#*://*:}
PGPASSWORD=\${PGPASSWORD%%@*}
# Without the password: every user of the server sees the arguments of a process.
export LIVE=\${live/":$PGPASSWORD@"/@} LIVE_SQL=$work/live.sql
copy=\${copy/":$PGPASSWORD@"/@}
say() { psql "$1" -qAtX -v ON_ERROR_STOP=1 -c "$2"; }

say "$copy" 'SELECT 1' >/dev/null || exit ${NO_CONNECTION}
[[ $(say "$LIVE" 'SHOW track_commit_timestamp') == on ]] || exit ${NOT_TRACKED}
export COLUMNS_SQL="COPY (${COLUMNS}) TO STDOUT"
psql "$copy" -qAtX -v ON_ERROR_STOP=1 -v sql="$LIVE_SQL" <<'SQL'
${comparison(before)}
SQL`,
  );
}

/** A psql script on the copy; the program that it reads from asks the live database. */
function comparison(before: string): string {
  const live = `psql "$LIVE" -qAtX -v ON_ERROR_STOP=1`;
  return `CREATE TEMP TABLE live_column (id oid, relation text, number int, name text, type oid);
CREATE TEMP TABLE own_column (LIKE live_column);
\\copy live_column FROM PROGRAM '${live} -c "$COLUMNS_SQL"'
INSERT INTO own_column ${COLUMNS};

-- What can be compared of each table: the columns that both have.
CREATE TEMP TABLE compared AS
SELECT id, max(live.relation) AS live, max(own.relation) AS own,
  coalesce(string_agg(live.name, ', ' ORDER BY number) FILTER (WHERE own.name IS NOT NULL), '') AS live_columns,
  coalesce(string_agg(own.name, ', ' ORDER BY number) FILTER (WHERE live.name IS NOT NULL), '') AS own_columns
FROM live_column AS live FULL JOIN own_column AS own USING (id, number, type)
GROUP BY id;

CREATE TEMP TABLE live_row (id oid, digest bigint, dated boolean);
CREATE TEMP TABLE own_row (id oid, digest bigint, at timestamptz);
\\o :sql
SELECT format(
  'COPY (SELECT %s, hashtextextended(ROW(%s)::text, 0), pg_xact_commit_timestamp(xmin) IS NOT NULL FROM ONLY %s '
  'WHERE coalesce(pg_xact_commit_timestamp(xmin) < %L, true)) TO STDOUT;', id, live_columns, live, '${before}')
FROM compared WHERE live IS NOT NULL;
\\o
\\copy live_row FROM PROGRAM '${live} -f "$LIVE_SQL"'
SELECT format(
  'INSERT INTO own_row SELECT %s, hashtextextended(ROW(%s)::text, 0), %s FROM ONLY %s', id, own_columns,
  CASE WHEN current_setting('track_commit_timestamp')::bool THEN 'pg_xact_commit_timestamp(xmin)' ELSE 'NULL' END, own)
FROM compared WHERE own IS NOT NULL \\gexec

-- Not every database lets us, and not every server has it: then its indexes weren't read.
\\set ON_ERROR_STOP off
\\set indexes
CREATE EXTENSION IF NOT EXISTS amcheck;
\\set why :LAST_ERROR_MESSAGE
\\set state :LAST_ERROR_SQLSTATE
\\if :ERROR
\\else
SELECT count(bt_index_check(indexrelid)) AS indexes
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
  JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE amname = 'btree' AND indisvalid AND ${KEPT} \\gset
\\set why :LAST_ERROR_MESSAGE
\\set state :LAST_ERROR_SQLSTATE
\\endif
\\set ON_ERROR_STOP on

WITH lost AS (
  SELECT id, count(*) AS rows
  FROM (SELECT id, digest FROM live_row EXCEPT ALL SELECT id, digest FROM own_row) AS row GROUP BY id
), live_count AS (
  SELECT id, count(*) AS rows FROM live_row GROUP BY id
), own_count AS (
  SELECT id, count(*) AS rows FROM own_row GROUP BY id
), bad AS (
  SELECT compared.live AS "table", live_count.rows, compared.own IS NULL AS missing,
    coalesce(own_count.rows, 0) AS copied, lost.rows AS lost
  FROM lost JOIN compared USING (id) JOIN live_count USING (id) LEFT JOIN own_count USING (id)
  ORDER BY 1
)
SELECT json_build_object(
  'tables', (SELECT count(*) FROM compared WHERE own IS NOT NULL),
  'rows', (SELECT count(*) FROM live_row),
  'copied', (SELECT count(*) FROM own_row),
  'dated', (SELECT coalesce(bool_or(dated), false) FROM live_row),
  'newest', (SELECT round(extract(epoch FROM max(at)) * 1000) FROM own_row),
  'bad', (SELECT count(*) FROM bad),
  'worst', (SELECT coalesce(json_agg(bad), '[]') FROM (SELECT * FROM bad LIMIT 20) AS bad),
  'checksums', current_setting('data_checksums') = 'on',
  'indexes', nullif(:'indexes', '')::int,
  'indexError', CASE WHEN :'indexes' = '' THEN :'why' END,
  'corrupt', :'indexes' = '' AND :'state' LIKE 'XX%');`;
}
