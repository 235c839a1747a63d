import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drillFiles } from "../../rollout/drill/drill-files.ts";
import { listBackups } from "../../rollout/platforms/rehearsal/backups/repository.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { databaseUrl, storeOf, Writers, withClient } from "../rehearsal/database.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

// What the database promises survives: a killed server, and the loss of it.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");

afterAll(removeCopies);

describe("the rehearsal's database", () => {
  const project = projectCopy({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });
  let url: string;

  beforeAll(async () => {
    await rehearse.up(project);
    url = databaseUrl(project);
  });

  it("is backed up without being asked, encrypted", async () => {
    await expect.poll(() => listBackups(storeOf(project)), { timeout: 60_000 }).toHaveLength(1);
    const { folder } = storeOf(project);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true });
    const stored = files.filter((file) => file.isFile() && /\/repository(\/|$)/.test(file.parentPath));
    expect(stored.length).toBeGreaterThan(5);
    // What OpenSSL writes before what it has encrypted.
    for (const { parentPath, name } of stored)
      expect(readFileSync(join(parentPath, name)).subarray(0, 8).toString()).toBe("Salted__");
  });

  it("has every acknowledged write after kill -9 under load", async () => {
    const writers = await Writers.start(url);
    await expect.poll(() => writers.acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(200);
    const { database } = await rehearse.status(project);
    process.kill(database.pid!, "SIGKILL");
    const acknowledged = await writers.stop();
    await rehearse.up(project);
    const { rows } = await withClient(url, (client) => client.query("SELECT number FROM written"));
    const kept = new Set(rows.map(({ number }) => Number(number)));
    expect(acknowledged.filter((number) => !kept.has(number))).toEqual([]);
  });

  it("is restored beside the live one while that is written to, the same to the last row", async () => {
    const writers = await Writers.start(url, 2);
    const { stdout } = await promisify(execFile)(ROLLOUT, ["drill", "restore", "--stack", "beta", "--json"], {
      cwd: project.projectDir,
    });
    const written = await writers.stop();
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({ drill: "restore", on: "rehearsal", stack: "beta", outcome: "passed" });
    expect(record.checks.map(({ name }: { name: string }) => name)).toEqual([
      "backups",
      "restored",
      "row counts",
      "digests",
      "checksums",
      "smoke test",
      "RPO",
      "removed",
    ]);
    expect(record.figures.rtoSeconds).toBeGreaterThan(0);
    // The live one never stopped, and had more when the drill was over than when it was marked.
    expect(written.length).toBeGreaterThan(100);
    expect((await drillFiles(join(project.stateDir, "beta")).read()).at(-1)).toEqual(record);
  });

  it("leaves nothing of the copy behind", async () => {
    expect(existsSync(join(project.stateDir, "beta", "restored"))).toBe(false);
    const [record] = await drillFiles(join(project.stateDir, "beta")).read();
    const { stdout } = await promisify(execFile)("ps", ["-eo", "args"]);
    expect(stdout).not.toContain(record!.facts.marker);
  });
});
