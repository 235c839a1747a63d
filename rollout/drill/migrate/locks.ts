import type pg from "pg";
import { systemClock } from "../../clock.ts";

/** A lock that only what changes a schema takes (PostgreSQL, "Explicit Locking", table-level locks). */
export interface HeldLock {
  table: string;
  mode: string;
  /** What waits for whoever holds it. */
  blocks: "reads and writes" | "writes" | "other changes of the schema";
  /** How long it was seen, in milliseconds; one that is shorter than the pause between two looks isn't seen at all. */
  ms: number;
}

const EVERY_MS = 20;

const BLOCKS: Readonly<Record<string, HeldLock["blocks"]>> = {
  AccessExclusiveLock: "reads and writes",
  ExclusiveLock: "writes",
  ShareRowExclusiveLock: "writes",
  ShareLock: "writes",
  ShareUpdateExclusiveLock: "other changes of the schema",
};

const HELD = `
  SELECT DISTINCT format('%I.%I', nspname, relname) AS name, mode, pid
  FROM pg_locks JOIN pg_class ON pg_class.oid = relation JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE granted AND relkind IN ('r', 'p', 'm') AND nspname !~ '^pg_' AND mode = ANY ($1)
    AND relname <> 'rollout_migrations'
    AND pid NOT IN (SELECT pid FROM pg_stat_activity WHERE backend_type <> 'client backend')`;

/** Looks at the locks that are held, again and again, until the work is done. @returns the longest first */
export async function locksDuring(client: pg.Client, work: Promise<unknown>): Promise<HeldLock[]> {
  const seen = new Map<string, { name: string; mode: string; from: number; to: number }>();
  let over = false;
  const end = () => {
    over = true;
  };
  work.then(end, end);
  while (!over) {
    const now = systemClock.now();
    const { rows } = await client.query<{ name: string; mode: string; pid: number }>(HELD, [
      Object.keys(BLOCKS),
    ]);
    for (const { name, mode, pid } of rows) {
      const key = `${name} ${mode} ${pid}`;
      seen.set(key, { name, mode, from: seen.get(key)?.from ?? now, to: systemClock.now() });
    }
    await systemClock.sleep(EVERY_MS);
  }
  return [...seen.values()]
    .map(({ name, mode, from, to }) => ({
      ...{ table: name, mode: mode.replace(/Lock$/, ""), blocks: BLOCKS[mode] ?? "writes", ms: to - from },
    }))
    .toSorted((a, b) => b.ms - a.ms);
}
