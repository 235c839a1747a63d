import type { RestoreFindings } from "../checks.ts";

/** What compare-script.ts prints: one line of JSON. */
interface Compared {
  /** Tables of the copy. */
  tables: number;
  /** Rows of the live database that were committed before the moment and haven't changed since. */
  rows: number;
  /** Rows of the copy. */
  copied: number;
  /** Whether any of the live rows has a known time of its commit; without it nobody knows which are older. */
  dated: boolean;
  /** The newest commit in the copy, in milliseconds since the epoch; null where the copy doesn't know. */
  newest: number | null;
  /** Tables in which rows are lost, and the first twenty of them. */
  bad: number;
  worst: { table: string; rows: number; missing: boolean; copied: number; lost: number }[];
  /** Page checksums are on: a damaged page would have ended the reading. */
  checksums: boolean;
  /** Indexes that were checked; null where that isn't allowed, and why. */
  indexes: number | null;
  indexError: string | null;
  corrupt: boolean;
}

/**
 * Turns what the script found into the drill's checks.
 *
 * @param stdout of the script, which ended well
 * @param moment to which the copy was asked to go back; undefined: to a backup's, which isn't known to the second
 * @throws {SyntaxError} when it isn't what the script prints
 */
export function judgeCompared(stdout: string, moment: number | undefined, findings: RestoreFindings): void {
  const found = JSON.parse(stdout) as Compared;
  const more = found.bad > found.worst.length ? [`and ${found.bad - found.worst.length} more tables`] : [];
  const fewer = found.worst.filter(({ missing, rows, copied }) => missing || copied < rows);
  const tables = `${found.rows} rows of the live one in ${found.tables} tables`;
  if (!found.dated) {
    const why = "no row's time of commit is known: nothing was written since track_commit_timestamp is on";
    findings.add("row counts", "unknown", why);
    findings.add("digests", "unknown", why);
  } else {
    findings.judge(
      "row counts",
      fewer.map(({ table, missing, rows, copied }) =>
        missing ? `${table}: is missing, ${rows} rows` : `${table}: ${copied} rows, ${rows} are as old`,
      ),
      `${found.copied} rows in ${found.tables} tables, none missing or emptied`,
    );
    findings.judge(
      "digests",
      [
        ...found.worst.map(
          ({ table, lost, rows }) => `${table}: ${lost} of ${rows} rows are lost or not the same`,
        ),
        ...more,
      ],
      `${tables} are as old and unchanged, each is in the copy to the letter`,
    );
  }
  judgeChecksums(found, findings);
  if (moment !== undefined) judgeMoment(found, moment, findings);
}

function judgeChecksums(
  { checksums, indexes, indexError, corrupt }: Compared,
  findings: RestoreFindings,
): void {
  const read = indexes === null ? `its indexes weren't (${indexError})` : `so were ${indexes} indexes`;
  if (corrupt) findings.add("checksums", "fail", `an index is damaged: ${indexError}`);
  else if (!checksums) findings.add("checksums", "unknown", `the database has no checksums; ${read} read`);
  else findings.add("checksums", "pass", `every table was read whole, with page checksums on; ${read}`);
}

function judgeMoment({ newest }: Compared, moment: number, findings: RestoreFindings): void {
  if (newest === null) {
    findings.add("moment", "unknown", "the copy doesn't know when its rows were committed");
    return;
  }
  const text = `newest commit ${new Date(newest).toISOString()}`;
  findings.judge("moment", newest > moment ? [`${text}, after the moment asked for`] : [], text);
}
