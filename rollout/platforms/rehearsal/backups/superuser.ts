import type pg from "pg";
import { ROWS_AS_TEXT } from "./digest.ts";
import type { Reached } from "./store.ts";

/** Does something on a connection of the database's superuser, by the Unix socket. */
export async function asSuperuser<T>(
  { socketFolder, port, database }: Reached,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const { default: postgres } = await import("pg");
  const client = new postgres.Client({
    host: socketFolder,
    port,
    user: "postgres",
    database,
    application_name: "rollout-backups",
    connectionTimeoutMillis: 5_000,
    options: ROWS_AS_TEXT,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
