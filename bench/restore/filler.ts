import { setTimeout as sleep } from "node:timers/promises";
import { archivedSegments } from "../../rollout/platforms/rehearsal/backups/archive.ts";
import type { Store } from "../../rollout/platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../../rollout/platforms/rehearsal/backups/superuser.ts";

const BATCH_ROWS = 40_000;

/** Fills a table until the database has that many bytes; the rows look random, and compress to about half. */
export async function fill(store: Store, bytes: number, say: (line: string) => void): Promise<void> {
  await asSuperuser(store, async (client) => {
    await client.query(
      "CREATE TABLE filler (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), text text)",
    );
    for (;;) {
      const { rows } = await client.query("SELECT pg_database_size(current_database()) AS size");
      if (Number(rows[0].size) >= bytes) break;
      await client.query(
        `INSERT INTO filler (text) SELECT string_agg(md5(random()::text), '') FROM
           generate_series(1, ${BATCH_ROWS}) AS row, generate_series(1, 28) GROUP BY row`,
      );
    }
    await client.query("CREATE INDEX ON filler (at)");
    await client.query("CHECKPOINT");
    const { rows } = await client.query(
      "SELECT pg_size_pretty(pg_database_size(current_database())) AS size",
    );
    say(`the database has ${rows[0].size}`);
  });
}

/**
 * Writes ten times a second for so long, and says how long the slowest of these writes waited until it was in the
 * repository: what a disaster at the worst moment would have cost, in seconds.
 */
export async function worstLoss(store: Store, seconds: number): Promise<number> {
  const waiting: { at: number; segment: string }[] = [];
  let worst = 0;
  const settle = () => {
    const archived = new Set(archivedSegments(store));
    const now = Date.now();
    for (const write of waiting.filter(({ segment }) => archived.has(segment))) {
      worst = Math.max(worst, (now - write.at) / 1000);
      waiting.splice(waiting.indexOf(write), 1);
    }
  };
  await asSuperuser(store, async (client) => {
    await client.query("CREATE TABLE IF NOT EXISTS beats (at timestamptz)");
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) {
      const { rows } = await client.query(
        "INSERT INTO beats VALUES (clock_timestamp()) RETURNING pg_walfile_name(pg_current_wal_insert_lsn()) AS segment",
      );
      waiting.push({ at: Date.now(), segment: rows[0].segment });
      settle();
    }
  });
  for (const end = Date.now() + 120_000; waiting.length > 0 && Date.now() < end; await sleep(50)) settle();
  return waiting.length > 0 ? Number.POSITIVE_INFINITY : worst;
}
