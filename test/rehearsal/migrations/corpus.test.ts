import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMigration } from "../../../rollout/migration/reading/read.ts";
import { findSquawk } from "../../../rollout/migration/reading/squawk.ts";
import { RULES } from "../../../rollout/migration/rules.ts";
import { BAD, type Example, GOOD } from "./corpus.ts";
import { connected, Shop } from "./shop.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open();
});
afterAll(() => shop?.close());

const watched = ({ sql }: Pick<Example, "sql">) =>
  shop.watched(async (url) => {
    const writer = await connected(url);
    try {
      for (const statement of sql) await writer.query(statement);
    } finally {
      await writer.end();
    }
  });

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
