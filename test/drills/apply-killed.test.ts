import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import { layoutOf } from "../../rollout/platforms/rehearsal/balancer/balancing.ts";
import { backendOf } from "../../rollout/platforms/rehearsal/balancer/config/config-backend.ts";
import { ask } from "../../rollout/platforms/rehearsal/balancer/socket.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { Ledger } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

// `apply` is killed while it takes a server away: the next one goes on with it, and waits for nobody who is gone.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const tracks = (blue: number) => ({
  blue: { weight: 50, servers: blue },
  green: { weight: 50, servers: 1 },
});
const project = projectCopy({ tracks: tracks(2) });
let load: RunningLoad;

beforeAll(async () => {
  const { url, domain, caFile } = await rehearse.up({ ...project, port: await freePort() });
  load = startLoad({ url, domain, caFile, ratePerSecond: 50 });
});
afterAll(removeCopies);

const serving = ({ servers }: Status) =>
  servers.map(({ track, healthy, balancer }) => `${track} ${healthy} ${balancer?.status.slice(0, 2)}`).sort();

/** What the command had told when it was killed. */
async function appliedAndKilled(at: RegExp, afterMs: number): Promise<string> {
  const child = spawn(ROLLOUT, ["rehearse", "apply", "--stack", "beta"], {
    cwd: project.projectDir,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  const due = new Promise<void>((resolve) => {
    child.stderr.on("data", (data) => {
      said += data;
      if (at.test(said)) resolve();
    });
    child.once("exit", () => resolve());
  });
  const exit = once(child, "exit");
  await due;
  await sleep(afterMs);
  child.kill("SIGKILL");
  await exit;
  return said;
}

it.each([
  [0, /blue-\d+: draining/],
  [120, /blue-\d+: draining/],
  [300, /blue-\d+: draining/],
  [700, /blue-\d+: draining/],
])("killed %d ms after %s", async (afterMs, at) => {
  project.configure({ tracks: tracks(1) });
  expect(await appliedAndKilled(at, afterMs)).toMatch(at);
  expect(serving(await rehearse.apply(project))).toEqual(["blue true UP", "green true UP"]);
  project.configure({ tracks: tracks(2) });
  expect(serving(await rehearse.apply(project))).toEqual(["blue true UP", "blue true UP", "green true UP"]);
});

it("a server that is recorded, but dead and unknown to the balancer, is started again", async () => {
  const ledger = Ledger.openOrFail(placeIn(project));
  const gone = (await rehearse.status(project)).servers.findLast(({ track }) => track === "blue")!;
  const { socket } = layoutOf(ledger);
  const name = `${backendOf(gone.track)}/${gone.id}`;
  for (const order of ["state drain", "state maint"])
    await ask(socket, `set server ${name} ${order}`).then((answer) => expect(answer).toBe(""));
  for (const pid of [gone.pids.nginx!, gone.pids.app!]) process.kill(pid, "SIGKILL");
  await expect.poll(() => ask(socket, `del server ${name}`), { timeout: 20_000 }).toContain("deleted");
  expect(serving(await rehearse.apply(project))).toEqual(["blue true UP", "blue true UP", "green true UP"]);
});

it("nobody has noticed", async () => {
  const { lost, reasons, requests } = await load.stop();
  console.log(`${requests} requests, ${lost} lost`);
  // But for those that the killed server had just got.
  expect(lost, JSON.stringify(reasons)).toBeLessThanOrEqual(2);
});
