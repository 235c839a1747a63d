import { expect, test } from "vitest";
import { PRICES, priceSource } from "../../../rollout/preview/cost/prices.ts";

const read = Date.parse(PRICES.date);
const DAY = 24 * 3_600_000;

test("says where prices are from, and of which day", () => {
  expect(priceSource(read + 30 * DAY)).toBe(`${PRICES.source}, us-east-1, ${PRICES.date}`);
});

test("says how old they are once that is more than half a year", () => {
  expect(priceSource(read + 212 * DAY)).not.toContain("months");
  expect(priceSource(read + 214 * DAY)).toMatch(/ \(7 months old: npm run prices reads them anew\)$/);
});

test("says that the stack is in another region", () => {
  expect(priceSource(read, "eu-west-1")).toMatch(/ \(the stack is in eu-west-1\)$/);
});
