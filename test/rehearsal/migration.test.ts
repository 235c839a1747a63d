import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrationScript } from "../../infra/host/migration.ts";
import { first } from "../../infra/sure.ts";
import { findPrograms } from "../../rollout/platforms/rehearsal/machine/find.ts";
import { HOST } from "../infra/host/example.ts";
import { postgresStore, type Store } from "./app/stores.ts";

// The servers' own script, against a real PostgreSQL: what a person reads when a migration fails.

let database: Store;
let folder: string;
beforeAll(async () => {
  database = await postgresStore();
  folder = mkdtempSync(join(tmpdir(), "migration-"));
});
afterAll(async () => {
  await database?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** The script with its environment, ready to be run. */
function laidOut(version: string, migrate: string[]) {
  const app = { ...HOST.app, migrate, lockTimeout: "1s" as const };
  const { content } = first(migrationScript({ ...HOST, app }));
  const script = join(folder, "rollout-migrate");
  writeFileSync(script, content);
  chmodSync(script, 0o700);
  const url = database.url.replace("app@", "app:any@");
  writeFileSync(join(folder, "app.env"), `DATABASE_URL=${url}\nVERSION=${version}\n`);
  const programs = [dirname(findPrograms().postgres), process.env.PATH].join(delimiter);
  const env = { PATH: programs, ROLLOUT_RUN: folder, ROLLOUT_HERE: "env", CONTAINER: "", IMAGE: "" };
  return {
    script,
    env: { ...env, INSTANCE_ID: "i-1", PGOPTIONS: "-c client_min_messages=warning", ROLLOUT_STEP: "1" },
  };
}

function migrated(version: string, migrate: string[]) {
  const { script, env } = laidOut(version, migrate);
  const { status, stdout, stderr } = spawnSync("bash", [script], { encoding: "utf8", env });
  return { status, stdout, lines: stderr.trimEnd().split("\n") };
}

const failing = ["python3", "-c", "raise SystemExit('no column \"price\"')"];

test("one that fails says itself what is wrong, and then its command and exit code, once each", () => {
  const expected = {
    status: 1,
    stdout: "",
    lines: [
      'no column "price"',
      "the migration failed with exit code 1: python3 -c raise SystemExit('no column \"price\"')",
    ],
  };
  expect(migrated("v1", failing)).toEqual(expected);
  // It wasn't done, so it is due again.
  expect(migrated("v1", failing)).toEqual(expected);
});

test("one that isn't there says so", () => {
  const { status, lines } = migrated("v1", ["no-such-program"]);
  expect([status, lines.at(-1)]).toEqual([1, "the migration failed with exit code 127: no-such-program"]);
});

test("one that works is done once for its version and says nothing", () => {
  const silent = { status: 0, stdout: "", lines: [""] };
  expect(migrated("v2", ["true"])).toEqual(silent);
  expect(migrated("v2", failing)).toEqual(silent);
});

test("one that would have everybody wait behind it gives way to a reader, again and again, until that has ended", async () => {
  const { script, env } = laidOut("v5", [
    "psql",
    "-q",
    database.url,
    ...["-v", "ON_ERROR_STOP=1", "-c", "ALTER TABLE busy ADD COLUMN more int"],
  ]);
  const client = async () => {
    const each = new pg.Client({ connectionString: database.url });
    await each.connect();
    return each;
  };
  const [long, user] = await Promise.all([client(), client()]);
  await user.query("CREATE TABLE busy AS SELECT 1 AS id");
  await long.query("BEGIN; SELECT * FROM busy");
  const child = spawn("bash", [script], { env, timeout: 60_000 });
  const said = text(child.stderr);
  const ended = once(child, "close");
  const waits: number[] = [];
  const begun = performance.now();
  while (performance.now() - begun < 6_000) {
    const asked = performance.now();
    await user.query("SELECT * FROM busy");
    waits.push(performance.now() - asked);
    await setTimeout(50);
  }
  await long.query("COMMIT");
  expect([(await ended)[0], await said]).toEqual([
    0,
    expect.stringMatching(/lock timeout[\s\S]*lock timeout/),
  ]);
  // It held others up for as long as it waited itself, and no longer; and it did wait.
  expect(Math.max(...waits)).toBeLessThan(2_500);
  expect(Math.max(...waits)).toBeGreaterThan(500);
  await user.query("SELECT more FROM busy");
  await Promise.all([long.end(), user.end()]);
});

test("one that makes an index while the site is used ends though another server waits for it", async () => {
  const { script, env } = laidOut("v4", [
    "sh",
    "-c",
    `echo one; sleep 2; psql -q "${database.url}" -c "CREATE TABLE parts (id int)" -c "CREATE INDEX CONCURRENTLY ON parts (id)"`,
  ]);
  const server = async () => {
    const child = spawn("bash", [script], { env, timeout: 30_000 });
    const [said, [status]] = await Promise.all([text(child.stderr), once(child, "close")]);
    return { status, said };
  };
  const ended = await Promise.all([server(), server()]);
  expect(ended.map(({ status }) => status)).toEqual([0, 0]);
  expect(ended.map(({ said }) => said).sort()).toEqual(["", "one\n"]);
});

describe("a server that boots", () => {
  /** @param stable the track that is stable; HOST's servers are blue's */
  function booted(version: string, stable: string, more: Record<string, string> = {}) {
    const { script, env } = laidOut(version, ["true"]);
    writeFileSync(join(folder, "stable"), `${stable}\n`);
    const own = { ...env, ROLLOUT_STEP: "", ROLLOUT_PATIENCE: "0", ROLLOUT_YOUNG: "0 s", ...more };
    return spawn("bash", [script], { env: own, timeout: 60_000 });
  }
  async function ended(child: ReturnType<typeof booted>) {
    const [said, [status]] = await Promise.all([text(child.stderr), once(child, "close")]);
    return { status, said };
  }

  test("of a candidate leaves the migration to the rollout, and says who does it", async () => {
    expect(migrated("b1", ["true"]).status).toBe(0);
    expect(await ended(booted("b2", "green"))).toEqual({
      status: 75,
      said: "version b2 isn't migrated yet, which servers of blue don't do: rollout run --candidate blue --stack production does\n",
    });
    // Nor where nobody knows which track is stable.
    expect((await ended(booted("b2", ""))).status).toBe(75);
  });

  test("of a candidate waits for it, and goes on once it is done", async () => {
    const waiting = booted("b3", "green", { ROLLOUT_PATIENCE: "40" });
    await setTimeout(1_500);
    expect(waiting.exitCode).toBeNull();
    expect(migrated("b3", ["true"]).status).toBe(0);
    expect(await ended(waiting)).toEqual({ status: 0, said: "" });
  });

  test("of the stable track migrates, as no rollout can", async () => {
    expect(await ended(booted("b4", "blue"))).toEqual({ status: 0, said: "" });
  });

  test("in a stack's first minutes migrates, whichever track it is of", async () => {
    expect((await ended(booted("b5", "green", { ROLLOUT_YOUNG: "15 minutes" }))).status).toBe(0);
    const user = new pg.Client({ connectionString: database.url });
    await user.connect();
    await user.query("UPDATE rollout_migrations SET at = now() - interval '20 minutes'");
    expect((await ended(booted("b6", "green", { ROLLOUT_YOUNG: "15 minutes" }))).status).toBe(75);
    await user.query("DELETE FROM rollout_migrations");
    expect((await ended(booted("b6", "green"))).status).toBe(0);
    await user.end();
  });
});

test("a database that can't be reached is no migration that failed", () => {
  const { url } = database;
  database = { ...database, url: "postgresql://app@127.0.0.1:1/postgres" };
  const { status, lines } = migrated("v3", failing);
  database = { ...database, url };
  expect(status).not.toBe(0);
  expect(lines.join("\n")).toMatch(/refused/);
  expect(lines.join("\n")).not.toContain("migration failed");
});
