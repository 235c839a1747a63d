import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { judged } from "../support/recheck.ts";

const KNOWN: string[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixtures/linear-expressions.json"), "utf8"),
);

test("recheck still says of every expression in the list that it is linear", {
  timeout: 600_000,
}, async () => {
  const said: string[] = [];
  for (const text of KNOWN) said.push(`${text} ${await judged(text)}`);
  expect(said).toEqual(KNOWN.map((text) => `${text} linear`));
});
