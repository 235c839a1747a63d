import { spawnSync } from "node:child_process";
import { readdirSync, renameSync, statSync, truncateSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrillRecord } from "../../rollout/drill/record.ts";
import { drillRestore } from "../../rollout/drill/restore/rehearsal.ts";
import { archivedSegments } from "../../rollout/platforms/rehearsal/backups/archive.ts";
import { writeMarker } from "../../rollout/platforms/rehearsal/backups/markers.ts";
import {
  listBackups,
  takeBackup,
  takeFirstBackup,
} from "../../rollout/platforms/rehearsal/backups/repository.ts";
import { expire } from "../../rollout/platforms/rehearsal/backups/retention.ts";
import type { Store } from "../../rollout/platforms/rehearsal/backups/store.ts";
import { inspect } from "../../rollout/platforms/rehearsal/backups/wholeness.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { databaseUrl, storeOf, withClient } from "../rehearsal/database.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

// Going back in time, backups that rot or go missing, and what expires. Each test goes on where the one before ended.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const DAY = 86_400_000;

afterAll(removeCopies);

describe("backups", () => {
  const project = projectCopy({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });
  let url: string;
  let store: Store;
  const sql = (text: string) => withClient(url, (client) => client.query(text));
  const drill = (at?: number) => drillRestore({ ...project, at, by: "test" });
  const check = ({ checks }: DrillRecord, name: string) => checks.find((each) => each.name === name)!;

  beforeAll(async () => {
    await rehearse.up(project);
    url = databaseUrl(project);
    store = storeOf(project);
    await takeFirstBackup(store);
    await sql("CREATE TABLE orders (id int PRIMARY KEY, text text)");
    await sql("INSERT INTO orders SELECT n, md5(n::text) FROM generate_series(1, 5000) AS n");
  });

  it("go back to a moment before a mistake, and not a transaction further", async () => {
    // By pgBackRest's whole seconds the backup may have ended until then.
    const { stop } = (await listBackups(store)).at(-1)!;
    await sleep(stop + 1000 - Date.now());
    await writeMarker(store);
    await sql("INSERT INTO orders VALUES (5001, 'the last good one')");
    await sleep(50);
    const before = Date.now();
    await sleep(50);
    await sql("DELETE FROM orders");
    const record = await drill(before);
    expect(record.checks.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    // One transaction more than the marker has.
    expect(check(record, "row counts").details).toMatch(/^500\d rows in /);
    const newest = /newest commit (\S+)/.exec(check(record, "moment").details)![1]!;
    expect(Date.parse(newest)).toBeLessThanOrEqual(before);
    expect(Date.parse(newest)).toBeGreaterThan(before - 30_000);
    expect(Number((await sql("SELECT count(*) FROM orders")).rows[0].count)).toBe(0);
    await expect(drill(before - DAY)).rejects.toThrow("no good backup is as old as");
  });

  it("that rot are found and named, and the last good one is restored", async () => {
    // One, unless the schedule and the test both saw that there was none.
    const whole = await listBackups(store);
    const { label } = await takeBackup(store);
    await rot(join(store.folder, "repository", "backup", "main", label, "bundle"));
    const { good, problems } = await inspect(store);
    expect(good, `${label}: ${problems}`).toEqual(whole);
    expect(problems.join()).toMatch(
      new RegExp(`^${label}: its files are damaged \\(checksum invalid: \\d+\\): pg_data/`),
    );
    const record = await drill();
    expect(record).toMatchObject({ outcome: "failed", facts: { backup: whole.at(-1)!.label } });
    // Which of the damaged files come first is by chance.
    expect(check(record, "backups")).toMatchObject({
      verdict: "fail",
      details: expect.stringContaining(problems.join("; ").split("): ")[0]!),
    });
    expect(check(record, "digests").verdict).toBe("pass");
  });

  it("expire by age, but the last good one never does", async () => {
    const all = await listBackups(store);
    const later = Date.now() + 100 * DAY;
    // The newer one is rotten: by count or by age alone the good one would go.
    const { good } = await inspect(store);
    const old = good.slice(0, -1).map(({ label }) => label);
    expect(await expire(store, all, await inspect(store), 30, later)).toEqual(old);
    const newest = await takeBackup(store);
    const gone = await expire(store, await listBackups(store), await inspect(store), 30, later);
    expect([...old, ...gone]).toEqual(all.map(({ label }) => label));
    expect(await listBackups(store)).toEqual([newest]);
    expect(archivedSegments(store)[0]).toBe(newest.wal.first);
    expect(await inspect(store)).toMatchObject({ good: [newest], problems: [] });
  });

  it("without their part of the log are found and named", async () => {
    const { label, wal } = (await listBackups(store))[0]!;
    const file = fileOf(store, wal.first);
    renameSync(file, `${store.folder}/aside`);
    const missing = await inspect(store);
    expect(missing.good).toEqual([]);
    expect(missing.problems).toContain(
      `${label}: it can't be made whole without the WAL segment ${wal.first}`,
    );
    // As people call it: a check that fails is an exit code that a job stops at.
    const called = spawnSync(ROLLOUT, ["drill", "restore", "--stack", "beta", "--json"], {
      cwd: project.projectDir,
      encoding: "utf8",
    });
    expect(called.status, called.stderr).toBe(1);
    const record = JSON.parse(called.stdout) as DrillRecord;
    expect(record.outcome).toBe("failed");
    expect(check(record, "restored")).toMatchObject({
      verdict: "unknown",
      details: "there is no backup to restore",
    });
    renameSync(`${store.folder}/aside`, file);
    expect((await inspect(store)).problems).toEqual([]);
    truncateSync(file, statSync(file).size - 100);
    expect((await inspect(store)).problems.join()).toContain(`${wal.first}: this WAL segment is corrupt`);
  });
});

/** A few bytes here and there in the largest file, as a bad disk leaves them. */
async function rot(folder: string): Promise<void> {
  const files = readdirSync(folder).map((name) => join(folder, name));
  const largest = files.sort((a, b) => statSync(b).size - statSync(a).size)[0]!;
  const { size } = statSync(largest);
  const handle = await open(largest, "r+");
  for (let part = 1; part < 8; part++) await handle.write("rotten", Math.floor((size * part) / 8));
  await handle.sync();
  await handle.close();
}

function fileOf({ folder }: Store, segment: string): string {
  const archive = join(folder, "repository", "archive");
  const path = readdirSync(archive, { recursive: true, encoding: "utf8" }).find((each) =>
    each.includes(`${segment}-`),
  );
  return join(archive, path!);
}
