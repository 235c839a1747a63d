import { createHash } from "node:crypto";
import type pg from "pg";
import { first } from "../../../infra/sure.ts";
import type { Reached } from "../../platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../../platforms/rehearsal/backups/superuser.ts";
import type { ReadAnswer, ReplayedRead } from "./judge.ts";
import type { LoggedStatement } from "./log.ts";

const WITHIN_MS = 10_000;
const RUNS = 3;

/** A server's snapshot: `pg_export_snapshot` of a transaction that is open. */
interface Side {
  at: Reached;
  snapshot: string;
}

/** The name by which other connections see what this one sees, while its transaction lasts. */
export async function exported(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>("SELECT pg_export_snapshot() AS id");
  return first(rows).id;
}

/**
 * Asks both servers, each as it is in its snapshot, what the application asked; as the application's role, so that its rights are tried too.
 *
 * @param role the application's
 */
export async function replay(
  reads: readonly LoggedStatement[],
  live: Side,
  next: Side,
  role: string,
): Promise<ReplayedRead[]> {
  return asRole(live.at, role, (here) =>
    asRole(next.at, role, async (there) => {
      const replayed: ReplayedRead[] = [];
      for (const read of reads) {
        const answer = await ask(here, live.snapshot, read);
        const again = await ask(here, live.snapshot, read, 0);
        replayed.push({
          text: read.text,
          live: answer,
          again: again.digest,
          next: await ask(there, next.snapshot, read),
        });
      }
      return replayed;
    }),
  );
}

function asRole<T>(at: Reached, role: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  return asSuperuser(at, async (client) => {
    await client.query(`SET SESSION AUTHORIZATION "${role.replaceAll('"', '""')}"`);
    await client.query(`SET statement_timeout = ${WITHIN_MS}`);
    return work(client);
  });
}

async function ask(
  client: pg.Client,
  snapshot: string,
  read: LoggedStatement,
  runs = RUNS,
): Promise<ReadAnswer> {
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await client.query(`SET TRANSACTION SNAPSHOT '${snapshot}'`);
    const { rows } = await client.query({
      text: read.text,
      values: read.values,
      rowMode: "array",
      types: { getTypeParser: () => (value: string) => value },
    });
    const measured = { ms: Number.POSITIVE_INFINITY, pages: 0 };
    for (let run = 0; run < runs; run++) {
      const { ms, pages } = await explained(client, read);
      if (ms < measured.ms) Object.assign(measured, { ms, pages });
    }
    return { digest: digestOf(rows), rows: rows.length, ...measured };
  } catch (error) {
    return { error: (error as Error).message, rows: 0, ms: 0, pages: 0 };
  } finally {
    await client.query("ROLLBACK").catch(() => {});
  }
}

async function explained(
  client: pg.Client,
  { text, values }: LoggedStatement,
): Promise<{ ms: number; pages: number }> {
  const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
  const [{ Plan, "Execution Time": ms }] = first(rows)["QUERY PLAN"];
  return { ms, pages: Plan["Shared Hit Blocks"] + Plan["Shared Read Blocks"] };
}

function digestOf(rows: readonly unknown[]): string {
  const lines = rows.map((row) => JSON.stringify(row)).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
