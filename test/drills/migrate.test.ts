import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../rollout/clock.ts";
import { stackSettings } from "../../rollout/config/settings.ts";
import { planOf } from "../../rollout/core/plan.ts";
import { drilledNow } from "../../rollout/drill/migrate/now.ts";
import { drillMigrate } from "../../rollout/drill/migrate/rehearsal.ts";
import type { DrillRecord } from "../../rollout/drill/record.ts";
import { startLoad } from "../../rollout/load/load.ts";
import { seededRandom } from "../../rollout/load/random.ts";
import { Journeys } from "../../rollout/load/requests/journeys.ts";
import { storeOf } from "../../rollout/platforms/rehearsal/backups/store.ts";
import { asSuperuser } from "../../rollout/platforms/rehearsal/backups/superuser.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { prepareChange } from "../../rollout/platforms/rehearsal/verbs/prepare.ts";
import { give } from "../../rollout/run/command.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { run } from "../../rollout/run/run.ts";
import { untilSeen } from "../../rollout/waiting.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { ROOT } from "../support/sample.ts";

// A column is renamed, on real servers: at once, which would take stable down; and by expand and contract.

/** A service whose versions differ by where the title of a part is: what it writes, and what it reads. */
const SERVICE = `
const { createServer } = require("node:http");
const { readFileSync } = require("node:fs");
const { Pool } = require("node:module").createRequire(process.env.MODULES + "/")("pg");
const { write, read } = JSON.parse(readFileSync("columns.json", "utf8"));
const pool = new Pool({ connectionString: process.env.DATABASE_URL });
pool.on("error", () => {});
const body = async (request) => { let text = ""; for await (const each of request) text += each; return JSON.parse(text); };
createServer(async (request, response) => {
  const say = (status, what) => { response.writeHead(status, { "content-type": "application/json", "x-track": process.env.TRACK }); response.end(JSON.stringify(what)); };
  try {
    const [, id] = /^\\/parts\\/(\\d+)$/.exec(request.url) ?? [];
    if (request.url === "/health") { await pool.query("SELECT 1"); return say(200, { status: "ok" }); }
    if (request.url === "/version") return say(200, { track: process.env.TRACK, version: process.env.VERSION });
    if (request.method === "POST") {
      const { title } = await body(request);
      const places = write.map((_, at) => "$" + (at + 1)).join(", ");
      const { rows } = await pool.query("INSERT INTO parts (" + write.join(", ") + ") VALUES (" + places + ") RETURNING id::int, " + read + " AS title", write.map(() => title));
      return say(201, rows[0]);
    }
    const { rows } = await pool.query("SELECT id::int, " + read + " AS title FROM parts WHERE " + (id ? "id = $1" : "true") + " ORDER BY id DESC LIMIT 5", id ? [id] : []);
    say(id && rows.length === 0 ? 404 : 200, id ? rows[0] : rows);
  } catch (error) { say(500, { error: String(error) }); }
}).listen(Number(process.env.PORT), process.env.HOST);
`;

const shop = mkdtempSync(join(tmpdir(), "parts-"));

function version(name: string, columns: object, migrate: string, contract = "SELECT 1") {
  const folder = join(shop, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "service.cjs"), SERVICE);
  writeFileSync(join(folder, "columns.json"), JSON.stringify(columns));
  writeFileSync(join(folder, "migrate.sql"), migrate);
  writeFileSync(join(folder, "contract.sql"), contract);
  return folder;
}

const first = version(
  "first",
  { write: ["title"], read: "title" },
  "CREATE TABLE IF NOT EXISTS parts (id bigserial PRIMARY KEY, title text NOT NULL); CREATE TABLE IF NOT EXISTS notes (id int)",
);
const renamed = version(
  "renamed",
  { write: ["name"], read: "name" },
  "ALTER TABLE parts RENAME title TO name",
);
const EXPAND = `
ALTER TABLE parts ADD COLUMN IF NOT EXISTS name text;
ALTER TABLE parts ALTER COLUMN title DROP NOT NULL;
CREATE OR REPLACE FUNCTION both_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.name := coalesce(NEW.name, NEW.title); NEW.title := coalesce(NEW.title, NEW.name); RETURN NEW; END $$;
CREATE OR REPLACE TRIGGER both_names BEFORE INSERT OR UPDATE ON parts FOR EACH ROW EXECUTE FUNCTION both_names();
UPDATE parts SET name = title WHERE name IS NULL;
`;
const CONTRACT = "DROP TRIGGER IF EXISTS both_names ON parts; ALTER TABLE parts DROP COLUMN IF EXISTS title";
const expanded = version("expanded", { write: ["name"], read: "name" }, EXPAND, CONTRACT);

const sql = (file: string) => ["sh", "-c", `psql "$DATABASE_URL" -q -v ON_ERROR_STOP=1 -f ${file}`];
const configOf = (green: string) => ({
  tracks: { blue: { weight: 100 }, green: { weight: 0 } },
  app: {
    migrate: sql("migrate.sql"),
    contract: sql("contract.sql"),
    environment: { MODULES: join(ROOT, "package.json") },
  },
  rehearsal: {
    command: ["{node}", "service.cjs"],
    tracks: { blue: { folder: first }, green: { folder: green } },
  },
  smoke: [{ path: "/parts" }],
  journeys: [
    {
      ...{ name: "adds a part", request: "POST /parts", body: { title: { number: true } }, keep: "part" },
      expect: { status: 201, echo: true },
    },
    { name: "reads a part", request: "GET /parts/{part}", expect: { same: true } },
  ],
  plan: {
    steps: [
      { weight: 50, bake: "4s" },
      { weight: 100, bake: "3s" },
    ],
    gates: {
      errorRate: { max: 0.2 },
      latency: { p95: "2s" },
      minRequests: 50,
      miss: 0.3,
      smallest: 20,
      alarms: false,
    },
    migration: { drill: "required" },
    sessions: { drain: "0s" },
  },
});

const project = projectCopy(configOf(first));
let status: Status;
beforeAll(async () => {
  status = await rehearse.up(project);
});
afterAll(async () => {
  await removeCopies();
  rmSync(shop, { recursive: true, force: true });
});

const drilled = () => drillMigrate({ ...project, candidate: "green", by: "test" });
const verdicts = ({ checks }: DrillRecord) =>
  Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));

function load() {
  const { url, domain, caFile } = status;
  const { journeys } = stackSettings(project.projectDir, "beta");
  const shots = new Journeys(journeys, seededRandom(3), 200);
  return startLoad({ url, domain, caFile, ratePerSecond: 60, shots });
}

function begin(rollout: string) {
  const settings = stackSettings(project.projectDir, "beta");
  const plan = planOf(settings.plan, { keepSeconds: 0, patienceSeconds: 2 }, settings.app);
  const platform = rehearsalPlatform(project);
  const done = run({
    ...{ platform, judge: judgeOf(plan), owner: "test", pollMs: 100 },
    begin: { rollout, stable: "blue", candidate: "green", plan, anew: true },
    drilled: (candidate) => drilledNow(project, candidate),
  });
  return { platform, done };
}

async function titles(): Promise<string[]> {
  const room = await prepareChange(project, placeIn(project));
  const { rows } = await asSuperuser(storeOf(room), (client) =>
    client.query(
      "SELECT coalesce(to_jsonb(parts) ->> 'name', to_jsonb(parts) ->> 'title') AS title FROM parts",
    ),
  );
  return rows.map(({ title }) => title);
}

it("a rename that would take stable down is found on the copy, and never reaches the live database", async () => {
  project.configure(configOf(renamed));
  const traffic = load();
  const record = await drilled();
  expect(verdicts(record), JSON.stringify(record.checks)).toMatchObject({
    ...{ before: "pass", migration: "pass", removed: "pass" },
    ...{ "stable after it": "fail", rows: "fail" },
  });
  expect(record.checks.find(({ name }) => name === "rows")!.details).toMatch(/^public\.parts: title is gone/);
  expect(record.facts.notExercised).toBe("tables public.notes");
  expect(record.facts.hazards).toMatch(/^breaks: public\.parts\.title: .*name/m);

  const { done } = begin("renamed");
  const { outcome, reason } = await done;
  expect(outcome).toBe("stopped");
  expect(reason).toMatch(/migrate-\w+ failed: .*stable after it/);
  expect(await traffic.stop()).toMatchObject({ lost: 0, reasons: {} });
});

it("the same as expand and contract: goes back at 50 % and then through, under load, with nothing lost", {
  timeout: 300_000,
}, async () => {
  await give(rehearsalPlatform(project), systemClock, "rollback", "test");
  await run({
    platform: rehearsalPlatform(project),
    judge: () => ({ outcome: "wait", reason: "" }),
    owner: "test",
  });
  project.configure(configOf(expanded));
  const traffic = load();
  const record = await drilled();
  expect(record.checks.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  expect(record.facts.hazards).toMatch(/^breaks: public\.parts\.title: .*NULL/);
  expect(record.checks.find(({ name }) => name === "orders")!.details).toMatch(
    /^old writes, old reads: (\d) of \1; old writes, new reads: (\d) of \2; new writes, new reads: 1 of 1; new writes, old reads: 1 of 1$/,
  );

  const { platform, done } = begin("back");
  const shifted = untilSeen(
    { everyMs: 200, withinMs: 90_000 },
    async () => (await platform.readRealWeights()).green === 50,
  );
  const early = await Promise.race([shifted, done]);
  expect(early, JSON.stringify((await platform.journal.read()).entries.slice(-6))).toBe(true);
  await systemClock.sleep(1_500);
  await give(platform, systemClock, "rollback", "test");
  expect(await done).toMatchObject({ outcome: "rolled-back" });
  const before = await titles();
  const again = begin("through");
  expect(await again.done).toEqual({ outcome: "promoted", reason: "all steps passed" });
  expect(await traffic.stop()).toMatchObject({ lost: 0, reasons: {} });
  const after = await titles();
  expect(before.length).toBeGreaterThan(100);
  expect(before.filter((title) => !after.includes(title))).toEqual([]);
  expect(after).not.toContain(null);
  const { entries } = await platform.journal.read();
  const acts = entries.flatMap((entry) => (entry.kind === "intent" ? [entry.act.do] : []));
  expect(acts.slice(-3)).toEqual(["stable", "drain", "contract"]);
});
