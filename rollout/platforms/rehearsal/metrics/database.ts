import { readFileSync } from "node:fs";
import type { Client } from "pg";
import type { Room } from "../room.ts";

export interface DatabaseFigures {
  connections: number;
  /** The age of the oldest transaction id that isn't frozen. */
  usedTransactionIds: number;
}

const PATIENCE_MS = 1_500;

/** What the database tells of itself, over a connection that is kept: one more may be refused when it is full. */
export class DatabaseFiguresReader {
  readonly #room: Pick<Room, "ledger" | "plan" | "certificates">;
  #client: Client | undefined;

  constructor(room: Pick<Room, "ledger" | "plan" | "certificates">) {
    this.#room = room;
  }

  /** Undefined while it doesn't answer: a metric that nobody sends. */
  async take(): Promise<DatabaseFigures | undefined> {
    try {
      this.#client ??= await this.#connect();
      const { rows } = await this.#client.query(
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int AS connections," +
          " (SELECT max(age(datfrozenxid)) FROM pg_database)::int AS used",
      );
      return { connections: rows[0].connections, usedTransactionIds: rows[0].used };
    } catch {
      await this.close();
      return undefined;
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  async #connect(): Promise<Client> {
    const client = await databaseClient(this.#room);
    client.on("end", () => {
      if (this.#client === client) this.#client = undefined;
    });
    return client;
  }
}

/**
 * A connection as the application's role.
 *
 * @param queryMs how long a query may take; 0 for as long as it likes
 * @throws when the connection can't be had in a second and a half
 */
export async function databaseClient(
  { ledger, plan, certificates }: Pick<Room, "ledger" | "plan" | "certificates">,
  queryMs = PATIENCE_MS,
): Promise<Client> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({
    host: "127.0.0.1",
    port: ledger.state.database.port,
    user: plan.database.username,
    password: plan.database.password,
    database: plan.database.name,
    application_name: "rollout-alarms",
    ssl: { ca: readFileSync(certificates.caFile, "utf8") },
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: queryMs,
  });
  // A database that is stopped ends the connection.
  client.on("error", () => {});
  await client.connect();
  return client;
}
