import { afterAll, beforeAll, expect, it } from "vitest";
import { BEFORE, GOOD } from "../../bench/migrate/forms.ts";
import { percentile, Table } from "../../bench/migrate/measure.ts";
import { postgresStore, type Store } from "./app/stores.ts";

// What `npm run bench:migrate` measures, on a small table.

let store: Store;
let table: Table;
beforeAll(async () => {
  store = await postgresStore();
  table = new Table((database) => store.url.replace(/postgres$/, database), 20_000);
  await table.fill(BEFORE);
});
afterAll(() => store?.remove());

it("a safe form lets the writers write", async () => {
  const form = GOOD.find(({ name }) => name === "builds an index concurrently")!;
  const { writes, p99, slowest } = await table.measure(form);
  expect(writes).toBeGreaterThan(100);
  expect(slowest).toBeGreaterThanOrEqual(p99);
  expect(p99).toBeLessThan(500);
});

it("one that locks the table for a second is seen", async () => {
  const sql = ["BEGIN", "LOCK TABLE orders", "SELECT pg_sleep(1)", "COMMIT"];
  const { seconds, slowest } = await table.measure({ name: "locks", sql });
  expect(seconds).toBeGreaterThan(1);
  expect(slowest).toBeGreaterThan(800);
});

it("a form that fails says so, and leaves nothing behind", async () => {
  await expect(table.measure({ name: "wrong", sql: ["ALTER TABLE none ADD a int"] })).rejects.toThrow("none");
  expect(percentile([3, 1, 2], 0.99)).toBe(3);
  expect(percentile([], 0.99)).toBeNaN();
});
