import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { Store } from "../../rollout/platforms/rehearsal/backups/store.ts";
import { Ledger, placeOf } from "../../rollout/platforms/rehearsal/machine/state.ts";

export interface Stack {
  stateDir: string;
  stack: string;
}

/** How the application's servers connect: by its role, password and TLS. */
export function databaseUrl({ stateDir, stack }: Stack): string {
  const servers = join(stateDir, stack, "servers");
  const [first] = readdirSync(servers);
  const text = readFileSync(join(servers, first!, "app.env"), "utf8");
  return /^DATABASE_URL=(.+)$/m.exec(text)![1]!;
}

/** What backs the rehearsal's database up, as the process that does it is told. */
export function storeOf({ stateDir, stack }: Stack): Store {
  const { place } = Ledger.openOrFail(placeOf(stack, stateDir));
  return JSON.parse(readFileSync(join(place.folder, "schedule.json"), "utf8")).store;
}

/**
 * Writers that insert numbers into the table `written`, one transaction each, until they are stopped or the server is
 * gone. What was acknowledged is in `acknowledged`: the server has promised to keep it.
 */
export class Writers {
  readonly acknowledged: number[] = [];
  readonly #running: Promise<unknown>;
  #stopped = false;

  private constructor(url: string, count: number) {
    this.#running = Promise.all(Array.from({ length: count }, (_, writer) => this.#write(url, writer)));
  }

  static async start(url: string, count = 4): Promise<Writers> {
    await withClient(url, (client) =>
      client.query(
        "CREATE TABLE IF NOT EXISTS written (number bigint PRIMARY KEY, at timestamptz DEFAULT clock_timestamp())",
      ),
    );
    return new Writers(url, count);
  }

  async stop(): Promise<number[]> {
    this.#stopped = true;
    await this.#running;
    return this.acknowledged;
  }

  async #write(url: string, writer: number): Promise<void> {
    // Each writer has its own last digit, and each start of them its own beginning.
    const first = Date.now() * 1000 + writer;
    await withClient(url, async (client) => {
      for (let number = first; !this.#stopped; number += 10) {
        await client.query("INSERT INTO written (number) VALUES ($1)", [number]);
        this.acknowledged.push(number);
      }
    }).catch(() => {});
  }
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
