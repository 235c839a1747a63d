import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMigration } from "../../../rollout/migration/reading/read.ts";
import { findSquawk } from "../../../rollout/migration/reading/squawk.ts";
import { RULES } from "../../../rollout/migration/rules.ts";
import { watchMigration } from "../../../rollout/migration/watch/watch.ts";
import { postgresStore, type Store } from "../app/stores.ts";
import { BAD, BEFORE, type Example, GOOD } from "./corpus.ts";

let store: Store;
let main: pg.Client;

const connected = async (database: string) => {
  const client = new pg.Client({ connectionString: store.url.replace(/postgres$/, database) });
  client.on("error", () => {});
  await client.connect();
  return client;
};

beforeAll(async () => {
  store = await postgresStore();
  await store.start();
  main = await connected("postgres");
  await main.query("CREATE DATABASE shop");
  const shop = await connected("shop");
  await shop.query(BEFORE);
  await shop.end();
});

afterAll(async () => {
  await main?.end();
  await store?.remove();
});

let number = 0;

/** Runs it on a copy of the shop; the machine may be busy, so that only what lasts counts as long. */
async function watched({ sql }: Pick<Example, "sql">) {
  const database = `copy_${++number}`;
  await main.query(`CREATE DATABASE ${database} TEMPLATE shop`);
  const watcher = await connected(database);
  const writer = await connected(database);
  try {
    const run = async () => {
      for (const statement of sql) await writer.query(statement);
    };
    return await watchMigration(watcher, run, { bigRows: 1000, limitMs: 10_000 });
  } finally {
    await writer.end();
    await watcher.end();
    await main.query(`DROP DATABASE ${database}`);
  }
}

const read = ({ name, sql }: Example) => readMigration(name, `${sql.join(";\n")};\n`);
const rules = (found: readonly { rule: string }[]) => found.map(({ rule }) => rule);

describe.skipIf(!findSquawk())(
  "a bad migration is caught when it is read, by squawk and by our own rules",
  () => {
    it.each(BAD.filter((each) => each.read))("$name: $read", async (example) => {
      expect(rules(await read(example))).toContain(example.read);
    });

    it.each(GOOD)("and a harmless one isn't refused: it $name", async (example) => {
      expect(await read(example)).toEqual([]);
    });
  },
);

describe("a bad migration is caught when it runs, on real PostgreSQL", () => {
  it.each(findSquawk() ? BAD : BAD.filter(({ read, watched }) => read !== watched))(
    "$name: $watched",
    async (example) => {
      const { hazards, error } = await watched(example);
      expect(error !== undefined).toBe(example.fails === true);
      if (example.watched) expect(rules(hazards)).toContain(example.watched);
    },
  );

  it.each(GOOD)("and a harmless one isn't refused: it $name", async (example) => {
    const { hazards, error } = await watched(example);
    expect(error).toBeUndefined();
    expect(hazards).toEqual([]);
  });
});

it("each has a way to be caught, and each rule its source", () => {
  expect(BAD.length + GOOD.length).toBeGreaterThanOrEqual(30);
  expect(BAD.filter(({ read, watched }) => !read && !watched)).toEqual([]);
  for (const { source, instead } of Object.values(RULES)) expect(source && instead).toMatch(/\w/);
});
