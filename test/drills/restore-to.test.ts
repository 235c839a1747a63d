import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listBackups } from "../../rollout/platforms/rehearsal/backups/repository.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import type { Switched } from "../../rollout/restore/losing.ts";
import { safeMoment } from "../rehearsal/back-in-time.ts";
import { databaseUrl, storeOf, withClient } from "../rehearsal/database.ts";
import { failures, ORDERS, type Order, orderApp, Users } from "../rehearsal/orders.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { ROOT } from "../support/sample.ts";

// A restored database takes the live one's place while users write, and gives it back: PostgreSQL, pgBackRest, node-postgres.

const ROLLOUT = join(ROOT, "bin/rollout");
const app = orderApp();
const project = projectCopy({
  tracks: { blue: { weight: 100 }, green: { weight: 0 } },
  app: {
    migrate: ["sh", "-c", `psql "$DATABASE_URL" -q -v ON_ERROR_STOP=1 -c '${ORDERS}'`],
    environment: { MODULES: join(ROOT, "package.json") },
  },
  rehearsal: { command: ["{node}", "service.cjs"], folder: app },
  smoke: [{ path: "/health" }],
});

let status: Status;
beforeAll(async () => {
  status = await rehearse.up(project);
});
afterAll(async () => {
  await removeCopies();
  rmSync(app, { recursive: true, force: true });
});

const words = (...more: string[]) => [...more, "--stack", "beta", "--json"];
async function rollout(...more: string[]) {
  const { stdout } = await promisify(execFile)(ROLLOUT, words(...more), { cwd: project.projectDir });
  return JSON.parse(stdout);
}

async function ids(): Promise<Set<number>> {
  const { rows } = await withClient(databaseUrl(project), (each) => each.query("SELECT id FROM orders"));
  return new Set(rows.map(({ id }) => Number(id)));
}

const done = (orders: Order[]) => orders.filter((order) => order.status === 201);
let early: Order[];
let moment: number;

it("takes the live one's place under load: nothing of before the moment is lost, and what is after it was said", async () => {
  await expect.poll(() => listBackups(storeOf(project)), { timeout: 60_000 }).toHaveLength(1);
  const users = new Users(status);
  await expect.poll(() => done(users.orders).length, { timeout: 30_000 }).toBeGreaterThan(100);
  moment = await safeMoment(storeOf(project));
  const result: Switched = await rollout("restore", "--to", new Date(moment).toISOString(), "--yes", "beta");
  await sleep(1500);
  early = await users.stop();

  const now = await ids();
  const acknowledged = done(early);
  expect(acknowledged.filter(({ id, answered }) => answered < moment && !now.has(id))).toEqual([]);
  // What was answered after the moment and is gone was told, but for what came while it was told.
  const gone = acknowledged.filter(({ id }) => !now.has(id));
  const [said] = result.losing.tables;
  expect(said).toMatchObject({ table: "public.orders", back: 0 });
  expect(said!.written).toBeGreaterThan(10);
  expect(gone.length).toBeGreaterThanOrEqual(said!.written);
  expect(result.losing.transactions).toBeGreaterThanOrEqual(said!.written);
  // Who ordered after the switch has his order.
  const failed = failures(early);
  const after = early.findLast((order) => order.status !== 201)!.answered;
  expect(acknowledged.filter(({ id, sent }) => sent > after && !now.has(id))).toEqual([]);
  expect(acknowledged.some(({ sent }) => sent > after)).toBe(true);
  console.log(
    `switch: ${result.seconds} s without a database, ${gone.length} orders gone, failed ${JSON.stringify(failed)}`,
  );
  expect(failed.ms).toBeLessThan(15_000);
  expect(existsSync(join(result.kept, "data", "PG_VERSION"))).toBe(true);
}, 180_000);

it("a moment before the switch can still be had", async () => {
  const at = new Date(moment + 1000).toISOString();
  expect(await rollout("drill", "restore", "--at", at)).toMatchObject({
    outcome: expect.stringMatching(/passed|incomplete/),
  });
}, 120_000);

it("gives the place back, killed in the middle, too: all that was written before the switch is there", async () => {
  const users = new Users(status);
  await expect.poll(() => done(users.orders).length, { timeout: 30_000 }).toBeGreaterThan(20);
  const child = spawn(ROLLOUT, words("restore", "--back", "--yes", "beta"), {
    cwd: project.projectDir,
    detached: true,
    stdio: "ignore",
  });
  await killOnce(child, () =>
    /"since"/.test(readFileSync(join(project.stateDir, "beta", "restoring.json"), "utf8")),
  );
  const result: Switched = await rollout("restore", "--back", "--yes", "beta");
  await sleep(1000);
  const orders = await users.stop();
  console.log(`back, once killed: failed ${JSON.stringify(failures(orders))}`);
  const now = await ids();
  const at = result.moment;
  expect(done(early).filter(({ id, answered }) => answered < at && !now.has(id))).toEqual([]);
  expect(done(early).filter(({ answered }) => answered > moment && answered < at).length).toBeGreaterThan(10);
  const after = orders.findLast((order) => order.status !== 201)!.answered;
  expect(done(orders).filter(({ id, sent }) => sent > after && !now.has(id))).toEqual([]);
  expect(existsSync(join(project.stateDir, "beta", "restoring.json"))).toBe(false);
  expect(await rollout("drill", "restore")).toMatchObject({ outcome: "passed" });
}, 180_000);

/** With all that it started in its group. */
async function killOnce(child: ChildProcess, there: () => boolean): Promise<void> {
  const isThere = () => {
    try {
      return there();
    } catch {
      return false;
    }
  };
  while (!isThere()) {
    if (child.exitCode !== null) throw new Error(`it ended before: ${child.exitCode}`);
    await sleep(2);
  }
  process.kill(-child.pid!, "SIGKILL");
}
