import pg from "pg";
import { watchMigration } from "../../../rollout/migration/watch/watch.ts";
import { postgresStore, type Store } from "../app/stores.ts";
import { BEFORE } from "./corpus.ts";

/** The corpus' shop, in a database server of its own. */
export class Shop {
  readonly #store: Store;
  readonly #main: pg.Client;
  #copies = 0;

  private constructor(store: Store, main: pg.Client) {
    this.#store = store;
    this.#main = main;
  }

  static async open(): Promise<Shop> {
    const store = await postgresStore();
    await store.start();
    const main = await connected(store.url);
    await main.query("CREATE DATABASE shop");
    const shop = new Shop(store, main);
    const filling = await connected(shop.#urlOf("shop"));
    await filling.query(BEFORE);
    await filling.end();
    return shop;
  }

  /** Watches what is done to a copy of it. The machine may be busy, so that only what lasts counts as long. */
  async watched(work: (url: string) => Promise<void>): ReturnType<typeof watchMigration> {
    const database = `copy_${++this.#copies}`;
    await this.#main.query(`CREATE DATABASE ${database} TEMPLATE shop`);
    const url = this.#urlOf(database);
    const watcher = await connected(url);
    try {
      return await watchMigration(watcher, () => work(url), { bigRows: 1000, limitMs: 10_000 });
    } finally {
      await watcher.end();
      await this.#main.query(`DROP DATABASE ${database} WITH (FORCE)`);
    }
  }

  async close(): Promise<void> {
    await this.#main.end();
    await this.#store.remove();
  }

  #urlOf(database: string): string {
    return this.#store.url.replace(/postgres$/, database);
  }
}

export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  return client;
}
