import type pg from "pg";
import { systemClock } from "../../clock.ts";
import type { RecordedEvent } from "./recorder.ts";

/** A lock on a table that was there before, of the kinds that keep others from it. */
export interface TakenLock {
  table: string;
  /** As PostgreSQL calls it: `AccessExclusive`. */
  mode: string;
  /** What waits meanwhile (PostgreSQL, "Explicit Locking", conflicting lock modes). */
  blocks: "reads and writes" | "writes" | "schema changes";
  /** From the start of the command that took it to its last sight: short by one look (20 ms) at most. */
  ms: number;
  /** Rows that the table had, by its statistics. */
  rows: number;
}

const EVERY_MS = 20;
const BLOCKS: Readonly<Record<string, TakenLock["blocks"]>> = {
  AccessExclusiveLock: "reads and writes",
  ExclusiveLock: "writes",
  ShareRowExclusiveLock: "writes",
  ShareLock: "writes",
  ShareUpdateExclusiveLock: "schema changes",
};
const HELD = `SELECT relation::text AS oid, l.mode, l.virtualtransaction AS transaction,
    extract(epoch FROM coalesce(a.query_start, now())) * 1000 AS since, extract(epoch FROM clock_timestamp()) * 1000 AS at
  FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'relation' AND l.granted AND a.backend_type = 'client backend' AND l.pid <> pg_backend_pid()
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

interface Sight {
  oid: string;
  mode: string;
  transaction: string;
  from: number;
  to: number;
}

/** Looks at the locks again and again until the work is over. */
export class LockSampler {
  readonly #sights = new Map<string, Sight>();

  async during(client: pg.Client, work: Promise<unknown>): Promise<void> {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    while (!over) {
      const { rows } = await client.query(HELD);
      for (const { oid, mode, transaction, since, at } of rows)
        this.#see({ oid, mode, transaction, from: Number(since), to: Number(at) });
      await systemClock.sleep(EVERY_MS);
    }
  }

  /** With those that the commands told of, which may have been shorter than the pause between two looks. */
  taken(
    tables: ReadonlyMap<string, { name: string; rows: number }>,
    events: readonly RecordedEvent[],
  ): TakenLock[] {
    for (const { startedAt, at, locks } of events)
      for (const { oid, mode, transaction } of locks)
        this.#see({ oid, mode, transaction, from: startedAt, to: at });
    const longest = new Map<string, TakenLock>();
    for (const { oid, mode, from, to } of this.#sights.values()) {
      const table = tables.get(oid);
      const blocks = BLOCKS[mode];
      if (!table || !blocks) continue;
      const lock = {
        table: table.name,
        mode: mode.replace(/Lock$/, ""),
        blocks,
        ms: Math.max(0, to - from),
        rows: table.rows,
      };
      const key = `${oid} ${mode}`;
      if (lock.ms >= (longest.get(key)?.ms ?? 0)) longest.set(key, lock);
    }
    return [...longest.values()].toSorted((a, b) => b.ms - a.ms);
  }

  #see(sight: Sight): void {
    const key = `${sight.oid} ${sight.mode} ${sight.transaction}`;
    const known = this.#sights.get(key);
    this.#sights.set(key, {
      ...sight,
      from: Math.min(sight.from, known?.from ?? sight.from),
      to: Math.max(sight.to, known?.to ?? sight.to),
    });
  }
}
