import type pg from "pg";
import { RehearsalError } from "../machine/errors.ts";
import { tablesOf } from "./digest.ts";

const ATTEMPTS = 10;
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Does something while nobody writes a row: waits for the writers that are at it, and holds up new ones until it is done. Readers go on.
 *
 * @param writer a connection without an open transaction
 * @param work takes milliseconds: users wait for it
 * @throws {RehearsalError} when the tables can't be had for a moment because others lock them
 */
export async function atQuietMoment<T>(writer: pg.Client, work: () => Promise<T>): Promise<T> {
  // Autovacuum gives way to who has waited that long.
  await writer.query("SET deadlock_timeout = '100ms'; SET lock_timeout = '1500ms'");
  for (let left = ATTEMPTS; ; left -= 1) {
    try {
      await writer.query("BEGIN");
      const tables = await tablesOf(writer);
      if (tables.length > 0) await writer.query(`LOCK TABLE ${tables.join(", ")} IN SHARE MODE`);
      const result = await work();
      await writer.query("COMMIT");
      return result;
    } catch (error) {
      await writer.query("ROLLBACK");
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
      if (left <= 1) throw new RehearsalError("the tables are locked by others: no moment could be marked");
    }
  }
}

/** From now on the connection sees the database as it is at this moment. */
export async function snapshotNow(reader: pg.Client): Promise<void> {
  await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await reader.query("SELECT 1");
}
