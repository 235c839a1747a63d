import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DrillRecord } from "../../rollout/drill/record.ts";
import { takeFirstBackup } from "../../rollout/platforms/rehearsal/backups/repository.ts";
import { asSuperuser } from "../../rollout/platforms/rehearsal/backups/superuser.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { safeMoment } from "../rehearsal/back-in-time.ts";
import { databaseUrl, storeOf, Writers, withClient } from "../rehearsal/database.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { serverRoot } from "../rehearsal/server-root.ts";
import { motoThere, skipped } from "./moto.ts";
import { Restoring } from "./restoring.ts";
import { World } from "./world.ts";

// As a person types it. Only AWS's API is played: the databases, the scripts and the application are real.

describe.skipIf(!motoThere)(`${skipped}rollout drill restore --on aws`, { timeout: 180_000 }, () => {
  const project = projectCopy({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });
  let world: World;
  let restoring: Restoring;
  let writers: Writers;
  let backedUpAt: number;
  let later: number;

  beforeAll(async () => {
    await rehearse.up(project);
    const url = databaseUrl(project);
    const store = storeOf(project);
    await withClient(url, (client) =>
      client.query(
        "CREATE TABLE orders AS SELECT n AS id, md5(n::text) AS text FROM generate_series(1, 5000) AS n",
      ),
    );
    await takeFirstBackup(store);
    backedUpAt = await safeMoment(store);
    writers = await Writers.start(url, 1);
    later = await safeMoment(store);
    const server = await serverRoot(project, "blue");
    world = await World.make({});
    restoring = new Restoring(project, { port: store.port, server, backedUpAt });
    world.front.answering.unshift(restoring.answering);
  }, 180_000);
  afterAll(async () => {
    await writers?.stop();
    await world?.remove();
    await removeCopies();
  });

  test("finds the newest backup whole, while the live database is written to", async () => {
    const { code, record } = await drill();
    expect([code, bad(record)], JSON.stringify(record.checks)).toEqual([0, []]);
    expect(record).toMatchObject({
      on: "aws",
      outcome: "passed",
      facts: { recoveryPoint: "awsbackup:job-1" },
    });
    expect(record.checks.map(({ name }) => name)).toEqual([
      ...["backups", "restored", "row counts", "digests", "checksums", "smoke test", "RPO", "removed"],
    ]);
  });

  test("goes back to a moment, and not a transaction further", async () => {
    const { code, record } = await drill("--at", new Date(later).toISOString());
    expect([code, bad(record)], JSON.stringify(record.checks)).toEqual([0, []]);
    const [, newest = ""] = /newest commit (\S+)/.exec(detailsOf(record, "moment"))!;
    // The writers were at it, so the second before the moment has commits.
    expect(Date.parse(newest)).toBeGreaterThan(later - 1000);
    expect(Date.parse(newest)).toBeLessThanOrEqual(later);
  });

  test("fails for a copy that lacks a row, whose application all the same comes up", async () => {
    restoring.spoil = ({ store }) =>
      asSuperuser(store, (client) => client.query("DELETE FROM orders WHERE id = 7"));
    const { code, record, stderr } = await drill();
    expect([code, bad(record)]).toEqual([1, ["row counts", "digests"]]);
    expect(detailsOf(record, "digests")).toBe("public.orders: 1 of 5000 rows are lost or not the same");
    expect(stderr).toContain("smoke test: pass");
  });

  test("deletes every copy, and no word of it is the password", async () => {
    expect(restoring.made).toHaveLength(3);
    expect(world.front.named("DeleteDBInstance")).toHaveLength(3);
    const password = new URL(databaseUrl(project)).password;
    expect(world.front.named("SendCommand")).toHaveLength(6);
    expect(JSON.stringify(world.front.calls)).not.toContain(password);
  });

  async function drill(...words: string[]) {
    const { code, stdout, stderr } = await world.start(["drill", "restore", "--json", ...words], "now").ended;
    expect(stdout, stderr).not.toBe("");
    return { code, stderr, record: JSON.parse(stdout) as DrillRecord };
  }
});

function bad({ checks }: DrillRecord): string[] {
  return checks.filter(({ verdict }) => verdict !== "pass").map(({ name }) => name);
}

function detailsOf({ checks }: DrillRecord, name: string): string {
  return checks.find((check) => check.name === name)!.details;
}
