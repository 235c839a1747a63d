import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { get, projectCopy, removeCopies } from "./project.ts";

// Flags from the file to the page: compiled, captured, served by the agent, evaluated by the app, and off in seconds.

const ROOT = join(import.meta.dirname, "../..");
const project = projectCopy({
  tracks: { blue: { weight: 100, servers: 1 } },
  plan: undefined,
  app: { environment: { MAX_IN_FLIGHT: "4", STRESS_HOLD_MS: "500", SHUTDOWN_GRACE_MS: "100" } },
});
let status: Status;
let ca: string;
let app: string;

beforeAll(async () => {
  status = await rehearse.up(project);
  ca = readFileSync(status.caFile, "utf8");
  const state = JSON.parse(readFileSync(join(project.stateDir, "beta", "state.json"), "utf8"));
  app = `http://127.0.0.1:${state.servers[0].appPort}`;
});
afterAll(removeCopies);

/** What the app's own test routes answer, which nobody reaches from outside. */
async function order(path: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(app + path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function cookieOf(caller: object): Promise<string> {
  return (await order("/identity", caller)).headers.get("set-cookie")!.split(";")[0]!;
}

const page = async (headers = {}) => (await get(status.url, ca, headers)).body;
const within = { timeout: 15_000, interval: 200 };

it("the page shows charts to administrators alone", async () => {
  const cookie = await cookieOf({ tenant: "acme", group: "admin" });
  expect(await page({ cookie })).toContain('<section id="charts">');
  expect(await page({ cookie: await cookieOf({ tenant: "acme", group: "user" }) })).not.toContain("charts");
  expect(await page()).not.toContain("charts");
  // What a client says of itself isn't believed.
  expect(await page({ cookie: cookie.replace("admin", "ADMIN"), group: "admin" })).not.toContain("charts");
});

it("under stress optional flags go, and come back when it is over", async () => {
  const cookie = await cookieOf({ group: "admin" });
  await order("/faults", { latencyMs: 2000 });
  // The answers don't matter: that many are waiting does.
  const waiting = Array.from({ length: 12 }, () => fetch(`${app}/version`));
  const stress = async () =>
    ((await (await fetch(`${app}/health`)).json()) as { stress: { level: string } }).stress.level;
  await expect.poll(stress, within).not.toBe("calm");
  await order("/faults", {});
  expect(await page({ cookie })).not.toContain("charts");
  await Promise.all(waiting.map(async (each) => (await each).text()));
  await expect.poll(stress, within).toBe("calm");
  await expect.poll(() => page({ cookie }), within).toContain("charts");
});

it("rollout flags off is served in seconds, and written; no server is started again", async () => {
  const cookie = await cookieOf({ group: "admin" });
  const off = spawnSync(join(ROOT, "bin/rollout"), ["flags", "off", "dashboard_charts", "--stack", "beta"], {
    cwd: project.projectDir,
    encoding: "utf8",
  });
  expect(off).toMatchObject({ status: 0, stdout: "beta: dashboard_charts is off, version 2\n" });
  await expect.poll(() => page({ cookie }), within).not.toContain("charts");
  const file = readFileSync(join(project.projectDir, "flags.beta.yaml"), "utf8");
  expect(file).toMatch(/^# {3}a_key: # up to 64/m);
  expect(file.split("dashboard_charts:")[1]).toMatch(
    /^[^:]*: [^\n]*\n\s+owner: product\n\s+until: \S+\n\s+enabled: false/,
  );
});

it("an edit of the flags is served by apply, without a server started again", async () => {
  const set = ["flags", "set", "dashboard_charts", "--enabled", "true", "--groups", "", "--tenants", "acme"];
  const changed = spawnSync(join(ROOT, "bin/rollout"), [...set, "--stack", "beta"], {
    cwd: project.projectDir,
  });
  expect(changed.status).toBe(0);
  const after = await rehearse.apply(project);
  expect(after.servers.map(({ pids }) => pids)).toEqual(status.servers.map(({ pids }) => pids));
  const cookie = await cookieOf({ tenant: "acme" });
  await expect.poll(() => page({ cookie }), within).toContain("charts");
  expect(await page({ cookie: await cookieOf({ tenant: "globex", group: "admin" }) })).not.toContain(
    "charts",
  );
});
