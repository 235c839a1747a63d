import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DrillRecord } from "../../rollout/drill/record.ts";
import { takeFirstBackup } from "../../rollout/platforms/rehearsal/backups/repository.ts";
import { asSuperuser } from "../../rollout/platforms/rehearsal/backups/superuser.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { motoThere, skipped } from "../aws/moto.ts";
import { Restoring } from "../aws/restoring.ts";
import { World } from "../aws/world.ts";
import { safeMoment } from "../rehearsal/back-in-time.ts";
import { databaseUrl, storeOf, Writers, withClient } from "../rehearsal/database.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { serverRoot } from "../rehearsal/server-root.ts";
import { docPages } from "../rollout/docs-pages.ts";
import { playedBy, RESTORED_ON_AWS } from "../rollout/docs-runs.ts";
import { Typist } from "../rollout/docs-typist.ts";

// Only AWS's API is played: the databases, the scripts and the application are real. Every drill that a page tells people to
// make is typed, and each is of prod.

const pages = docPages().map((page) => ({ name: page.name, blocks: playedBy(RESTORED_ON_AWS, page) }));
const blocks = pages.flatMap((page) => page.blocks).filter(({ commands }) => commands.length > 0);

describe.skipIf(!motoThere)(`${skipped}rollout drill restore --on aws`, { timeout: 180_000 }, () => {
  const project = projectCopy({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });
  let world: World;
  let restoring: Restoring;
  let writers: Writers;
  let typist: Typist;
  let moment: number;

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
    const backedUpAt = await safeMoment(store);
    writers = await Writers.start(url, 1);
    moment = await safeMoment(store);
    world = await World.make({}, "prod");
    const server = await serverRoot(project, "blue");
    restoring = new Restoring(project, { port: store.port, server, backedUpAt });
    world.front.answering.unshift(restoring.answering);
    typist = new Typist(world.folder, () => ({ ...world.environment("now"), NO_COLOR: "1" }));
  }, 180_000);
  afterAll(async () => {
    await typist?.interrupt();
    await writers?.stop();
    await world?.remove();
    await removeCopies();
  });

  test.each(blocks)("finds all whole, while the live database is written to: $at", async (block) => {
    for (const command of block.commands) {
      const text = command.text.replace(/\d{4}-\d\d-\d\dT[\d:]+Z/, new Date(moment).toISOString());
      const typed = await typist.type(command, text);
      expect(typed.code, typed.said).toBe(command.exitCode);
      await typist.heard(block, [typed]);
      const found = checksIn(typed.said);
      const back = text !== command.text;
      expect(found.map(({ name }) => name)).toEqual([
        ...["backups", "restored", ...(back ? ["moment"] : []), "row counts", "digests"],
        ...["checksums", "smoke test", "RPO", "removed"],
      ]);
      expect(found.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
      if (back) expectMoment(found);
    }
  });

  /** The writers were at it, so the second before the moment has commits; the one after it has too. */
  function expectMoment(found: ReturnType<typeof checksIn>): void {
    const { details } = found.find(({ name }) => name === "moment")!;
    const newest = Date.parse(/newest commit (\S+)/.exec(details)![1]!);
    expect(newest).toBeGreaterThan(moment - 1000);
    expect(newest).toBeLessThanOrEqual(moment);
  }

  test("fails for a copy that lacks a row, whose application all the same comes up", async () => {
    restoring.spoil = ({ store }) =>
      asSuperuser(store, (client) => client.query("DELETE FROM orders WHERE id = 7"));
    const { code, stdout, stderr } = await world.start(["drill", "restore", "--json"], "now").ended;
    const { outcome, checks } = JSON.parse(stdout) as DrillRecord;
    expect([code, outcome]).toEqual([1, "failed"]);
    const bad = checks.filter(({ verdict }) => verdict !== "pass");
    expect(bad.map(({ name, details }) => `${name}: ${details}`)).toEqual([
      "row counts: public.orders: 4999 rows, 5000 are as old",
      "digests: public.orders: 1 of 5000 rows are lost or not the same",
    ]);
    expect(stderr).toContain("smoke test: pass");
  });

  test("deletes every copy, asks nothing that AWS doesn't know, and says the password nowhere", () => {
    const { front } = world;
    expect(restoring.made.length).toBeGreaterThan(blocks.length);
    expect(front.named("DeleteDBInstance")).toHaveLength(restoring.made.length);
    expect(front.named("SendCommand")).toHaveLength(2 * restoring.made.length);
    expect(front.unknown).toEqual([]);
    expect(JSON.stringify(front.calls)).not.toContain(new URL(databaseUrl(project)).password);
  });
});

/** `  pass     row counts  5003 rows ...` */
function checksIn(said: string): { verdict: string; name: string; details: string }[] {
  return [...said.matchAll(/^ {2}(pass|FAIL|unknown) +(\S+(?: \S+)?) {2,}(.*)$/gm)].map(
    ([, verdict, name, details]) => ({ verdict: verdict!, name: name!, details: details! }),
  );
}
