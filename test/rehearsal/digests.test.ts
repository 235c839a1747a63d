import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Digests, differences, digestsOf } from "../../rollout/platforms/rehearsal/backups/digest.ts";
import { storeOf } from "../../rollout/platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../../rollout/platforms/rehearsal/backups/superuser.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { placeOf } from "../../rollout/platforms/rehearsal/machine/state.ts";
import type { Room } from "../../rollout/platforms/rehearsal/room.ts";
import { ensurePostgres } from "../../rollout/platforms/rehearsal/stores/postgres.ts";
import { prepareUp } from "../../rollout/platforms/rehearsal/verbs/prepare.ts";
import { fixtureGraph } from "../rollout/rehearsal/fixture.ts";
import { sampleProject } from "../support/sample.ts";

// What a restore drill compares, on a real PostgreSQL with objects of every odd kind: each in turn has one thing changed in it,
// and each change is found.

const stateDir = mkdtempSync(join(tmpdir(), "rehearsal-digests-"));
const options = { stack: "beta", stateDir, projectDir: sampleProject(), capture: async () => fixtureGraph() };
let room: Room;
let whole: Digests;

const OBJECTS = `
  CREATE TABLE plain (t text, u int); INSERT INTO plain VALUES ('same', 1), ('same', 2);
  CREATE SCHEMA "We ird"; CREATE TABLE "We ird"."Ta""ble.x" ("co'l" int, "t" int); INSERT INTO "We ird"."Ta""ble.x" VALUES (1, 1);
  CREATE TYPE mood AS ENUM ('low', 'high'); CREATE TYPE pair AS (a int, b text); CREATE DOMAIN small AS int CHECK (VALUE < 10);
  CREATE TABLE kinds (e mood, p pair, d small, a text[], j jsonb, b bytea, n numeric, f float8, r int4range, z timestamptz);
  INSERT INTO kinds VALUES ('low', (1, 'x'), 3, '{a,"b,c"}', '{"k": [1, null]}', '\\x00ff', 'NaN', 'Infinity', '[1,5)', '2026-01-01Z');
  CREATE TABLE parted (id int, at date) PARTITION BY RANGE (at);
  CREATE TABLE parted_a PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2026-02-01') PARTITION BY LIST (id);
  CREATE TABLE parted_a1 PARTITION OF parted_a DEFAULT; INSERT INTO parted VALUES (1, '2026-01-15');
  CREATE TABLE parent (id int); CREATE TABLE child (more text) INHERITS (parent); INSERT INTO child VALUES (1, 'm');
  CREATE TABLE made (w int, h int, area int GENERATED ALWAYS AS (w * h) STORED); INSERT INTO made VALUES (2, 3);
  CREATE TABLE closed (id int, secret text); INSERT INTO closed VALUES (1, 's');
  ALTER TABLE closed ENABLE ROW LEVEL SECURITY; ALTER TABLE closed FORCE ROW LEVEL SECURITY;
  CREATE TABLE empty (id int); CREATE TABLE nothing ();
  CREATE TABLE nulls (a int, b int); INSERT INTO nulls VALUES (NULL, 1);
  SELECT lo_from_bytea(4711, 'a large object of some pages'::bytea);`;

/** What is changed in one object, and how it is called. */
const DAMAGES: [what: string, sql: string, named: RegExp][] = [
  ["another column of a table with a column t", "UPDATE plain SET u = 3 WHERE u = 2", /^public\.plain: /],
  ["the column t", "UPDATE plain SET t = 'other' WHERE u = 2", /^public\.plain: /],
  ["a row twice", "INSERT INTO plain VALUES ('same', 1)", /^public\.plain: /],
  ["odd names", `UPDATE "We ird"."Ta""ble.x" SET "co'l" = 2`, /^"We ird"\."Ta""ble\.x": /],
  ["an enum", "UPDATE kinds SET e = 'high'", /^public\.kinds: /],
  ["a composite", "UPDATE kinds SET p = (1, 'y')", /^public\.kinds: /],
  ["a domain", "UPDATE kinds SET d = 4", /^public\.kinds: /],
  ["an array", "UPDATE kinds SET a = '{a,b,c}'", /^public\.kinds: /],
  ["JSON", `UPDATE kinds SET j = '{"k": [1, 0]}'`, /^public\.kinds: /],
  ["bytes", "UPDATE kinds SET b = '\\x00fe'", /^public\.kinds: /],
  ["not a number", "UPDATE kinds SET n = 0", /^public\.kinds: /],
  ["infinity", "UPDATE kinds SET f = '-Infinity'", /^public\.kinds: /],
  ["a range", "UPDATE kinds SET r = '[1,6)'", /^public\.kinds: /],
  ["a moment", "UPDATE kinds SET z = '2026-01-01 00:00:00.000001Z'", /^public\.kinds: /],
  ["a partition of a partition", "UPDATE parted SET id = 2", /^public\.parted_a1: /],
  ["what inherits", "UPDATE child SET more = 'n'", /^public\.child: /],
  ["what a generated column is made of", "UPDATE made SET w = 3, h = 2", /^public\.made: /],
  ["what a policy hides", "UPDATE closed SET secret = 'x'", /^public\.closed: /],
  ["a first row", "INSERT INTO empty VALUES (NULL)", /^public\.empty: /],
  ["a row of no columns", "INSERT INTO nothing DEFAULT VALUES", /^public\.nothing: /],
  ["null and not", "UPDATE nulls SET a = 1, b = NULL", /^public\.nulls: /],
  ["a large object", "SELECT lo_put(4711, 2, 'L'::bytea)", /^large objects: /],
  ["a large object more", "SELECT lo_from_bytea(4712, 'x'::bytea)", /^large objects: /],
];

beforeAll(async () => {
  room = await prepareUp(options, placeOf("beta", stateDir));
  await ensurePostgres(room);
  whole = await asSuperuser(storeOf(room), async (client) => {
    await client.query(OBJECTS);
    return digestsOf(client);
  });
});
afterAll(async () => {
  await rehearse.down(options);
  rmSync(stateDir, { recursive: true });
});

test("an untouched database is the same, whatever the order of its rows", async () => {
  const again = await changed(
    "CREATE TEMP TABLE kept AS SELECT * FROM plain; DELETE FROM plain; INSERT INTO plain SELECT * FROM kept ORDER BY u DESC",
  );
  expect(differences(whole, again)).toEqual({ rows: [], digests: [] });
});

test.each(DAMAGES)("%s is found", async (_what, sql, named) => {
  const { rows, digests } = differences(whole, await changed(sql));
  expect([...rows, ...digests].length).toBeGreaterThan(0);
  for (const line of [...rows, ...digests]) expect(line).toMatch(named);
});

/** As it is after a change, which is then taken back. */
function changed(sql: string): Promise<Digests> {
  return asSuperuser(storeOf(room), async (client) => {
    await client.query("BEGIN");
    try {
      await client.query(sql);
      return await digestsOf(client);
    } finally {
      await client.query("ROLLBACK");
    }
  });
}
