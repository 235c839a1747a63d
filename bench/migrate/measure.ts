import pg from "pg";
import type { Form } from "./forms.ts";

// How long writers wait while a migration runs on a large table.

export interface Measured {
  name: string;
  /** Seconds that it took. */
  seconds: number;
  /** Of the writes that began while it ran, and of those just before it, in milliseconds. */
  p99: number;
  slowest: number;
  quiet: number;
  writes: number;
}

const WRITERS = 4;
/** Between two writes of one writer. */
const PAUSE_MS = 5;
const QUIET_MS = 2_000;
/** A form that is over at once is measured for as long. */
const LEAST_MS = 2_000;

type Write = { begun: number; ms: number };

export class Table {
  readonly #urlOf: (database: string) => string;
  readonly #rows: number;
  #copies = 0;

  constructor(urlOf: (database: string) => string, rows: number) {
    this.#urlOf = urlOf;
    this.#rows = rows;
  }

  /** The corpus' shop, with so many orders. */
  async fill(before: string): Promise<void> {
    await this.#on("postgres", (client) => client.query("CREATE DATABASE shop"));
    await this.#on("shop", async (client) => {
      await client.query(before);
      await client.query(
        "INSERT INTO orders SELECT n, n % 2000 + 1, n % 100, 'note' FROM generate_series(2001, $1::bigint) AS n",
        [this.#rows],
      );
      await client.query("VACUUM ANALYZE orders");
    });
  }

  /** Runs a form on a copy of the shop while writers change and add orders. @throws what the form does */
  async measure({ name, sql }: Form): Promise<Measured> {
    const database = `copy_${++this.#copies}`;
    await this.#on("postgres", async (client) => {
      await client.query(`CREATE DATABASE ${database} TEMPLATE shop STRATEGY file_copy`);
      await client.query("CHECKPOINT");
    });
    const writes: Write[] = [];
    const stop = new AbortController();
    const writers = Promise.all(
      Array.from({ length: WRITERS }, (_, number) =>
        this.#on(database, (client) => this.#write(client, number, writes, stop.signal)),
      ),
    );
    // One that fails is heard below, after the form.
    writers.catch(() => {});
    try {
      await wait(QUIET_MS);
      const begun = performance.now();
      await this.#on(database, async (client) => {
        for (const statement of sql) await client.query(statement);
      });
      const seconds = (performance.now() - begun) / 1000;
      await wait(Math.max(0, LEAST_MS - seconds * 1000));
      stop.abort();
      await writers;
      const during = writes.filter((each) => each.begun >= begun).map(({ ms }) => ms);
      const before = writes.filter((each) => each.begun < begun).map(({ ms }) => ms);
      const p99 = percentile(during, 0.99);
      const slowest = Math.max(...during);
      return { name, seconds, p99, slowest, quiet: percentile(before, 0.99), writes: during.length };
    } finally {
      stop.abort();
      await writers.catch(() => {});
      await this.#on("postgres", (client) => client.query(`DROP DATABASE ${database} WITH (FORCE)`));
    }
  }

  async #write(client: pg.Client, number: number, writes: Write[], stop: AbortSignal): Promise<void> {
    for (let round = 0; !stop.aborted; round++) {
      const begun = performance.now();
      if (round % 4 === 0)
        await client.query(
          "INSERT INTO orders (id, customer_id, total, note, state) VALUES ($1, 1, 1, 'new', 'new')",
          [1e12 + round * WRITERS + number],
        );
      else
        await client.query("UPDATE orders SET state = 'sent' WHERE id = $1", [
          1 + Math.floor(Math.random() * this.#rows),
        ]);
      writes.push({ begun, ms: performance.now() - begun });
      await wait(PAUSE_MS);
    }
  }

  async #on<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.#urlOf(database) });
    client.on("error", () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** Of a part of them, by the nearest rank. */
export function percentile(values: readonly number[], part: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
}
