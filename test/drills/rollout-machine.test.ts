import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import type { JournalEntry } from "../../rollout/platforms/platform.ts";
import { rehearse, weights } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { orderFaults } from "../rehearsal/faults.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { TYPING } from "../rehearsal/typed.ts";

// The machine that runs a rollout fails in the middle of a bake: its clock is set, or its disk is full. The command as people use
// it, real servers, users.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const project = projectCopy({
  tracks: { blue: { weight: 100, servers: 1 }, green: { weight: 0, servers: 1 } },
  plan: {
    steps: [
      { weight: 50, bake: "10m" },
      { weight: 100, bake: "10m" },
    ],
    gates: { minRequests: 50, alarms: false },
  },
});
const clock = join(project.root, "clock");
const env = {
  ...TYPING,
  SET_CLOCK: clock,
  NODE_OPTIONS: `--import=${join(import.meta.dirname, "set-clock.mjs")}`,
};
let load: RunningLoad;
let running: ChildProcess | undefined;

beforeAll(async () => {
  const { url, domain, caFile } = await rehearse.up({ ...project, port: await freePort() });
  load = startLoad({ url, domain, caFile, ratePerSecond: 60 });
});
afterEach(async () => {
  running?.kill("SIGKILL");
  writeFileSync(clock, "0");
  await orderFaults(project, "green", {});
});
afterAll(async () => {
  await load?.stop();
  await removeCopies();
});

/** A run of the command that bakes at 50 %. */
async function baking() {
  // What an earlier one has left to be done, such as its draining.
  if ((await journal()).length > 0)
    spawnSync(ROLLOUT, ["run", "--stack", "beta"], { cwd: project.projectDir, env, timeout: 60_000 });
  const child = spawn(ROLLOUT, ["run", "--candidate", "green", "--stack", "beta"], {
    cwd: project.projectDir,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running = child;
  const said = { text: "" };
  child.stderr.on("data", (data) => {
    said.text += data;
  });
  child.stdout.on("data", (data) => {
    said.text += data;
  });
  const exit = once(child, "exit") as Promise<[number | null]>;
  await expect.poll(() => said.text, { timeout: 60_000 }).toContain("read back everywhere: blue 50 green 50");
  await sleep(3_000);
  return { child, said, exit };
}

async function journal(): Promise<JournalEntry[]> {
  const { entries } = await rehearsalPlatform(project).journal.read();
  return entries.slice(entries.findLastIndex(({ kind }) => kind === "begin"));
}

async function secondsTo(what: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  await expect.poll(what, { timeout: 60_000, interval: 200 }).toBe(true);
  return (performance.now() - began) / 1000;
}

const isBack = async () => (await weights(project).read()).green === 0;

/** From now on no file can grow: as on a full disk, for this process and those that it starts. */
function fillDisk({ pid }: ChildProcess, limit = "0"): void {
  execFileSync("prlimit", ["--pid", String(pid), `--fsize=${limit}:unlimited`]);
}

it.each([-600_000, 600_000])("goes back as soon as otherwise when its clock is set by %d ms", async (by) => {
  const { said, exit } = await baking();
  writeFileSync(clock, String(by));
  await sleep(3_000);
  await orderFaults(project, "green", { errorRate: 0.5 });
  const seconds = await secondsTo(isBack);
  console.log(`clock set by ${by} ms: all traffic back after ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(15);
  expect((await exit)[0], said.text).toBe(1);
  expect(said.text).toMatch(/rolled-back: (errors|burn rate)/);
});

it("judges on, says so once, and takes the candidate back, on a full disk", async () => {
  const { child, said, exit } = await baking();
  fillDisk(child);
  await sleep(5_000);
  expect(child.exitCode, said.text).toBeNull();
  await orderFaults(project, "green", { errorRate: 0.5 });
  const seconds = await secondsTo(isBack);
  console.log(`full disk: all traffic back after ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(15);
  expect((await exit)[0]).toBe(1);
  expect(said.text.match(/^[\d:]+ {2}the journal can't be written/gm)).toHaveLength(1);
  expect(said.text.match(/what is measured can't be kept/g)).toHaveLength(1);
  expect(said.text).toContain("stopped: the rollback can't be verified");
  expect(said.text).toContain("the balancer has blue 100");
  // With room again the same word ends it well.
  const back = spawnSync(ROLLOUT, ["rollback", "--stack", "beta"], {
    cwd: project.projectDir,
    env,
    encoding: "utf8",
  });
  expect(back.status, back.stderr).toBe(0);
  expect(back.stdout).toContain("rolled-back: ");
});

it("goes on when there is room again, and the journal tells of it", async () => {
  const { child, said, exit } = await baking();
  fillDisk(child);
  await sleep(3_000);
  await orderFaults(project, "green", { errorRate: 0.5 });
  await expect.poll(() => said.text, { timeout: 30_000 }).toContain("the journal can't be written");
  fillDisk(child, "unlimited");
  expect((await exit)[0], said.text).toBe(1);
  expect(said.text).toMatch(/rolled-back: (errors|burn rate)/);
  const kinds = (await journal()).map(({ kind }) => kind);
  expect(kinds).toContain("unwritten");
  expect(kinds.at(-1)).toBe("ended");
});

it("`rollback` needs no byte on the disk", async () => {
  const { child, exit } = await baking();
  child.kill("SIGKILL");
  await exit;
  const words = ["-c", 'ulimit -f 0; exec "$0" rollback --stack beta', ROLLOUT];
  const back = spawnSync("/bin/sh", words, { cwd: project.projectDir, env, encoding: "utf8" });
  expect(back.status, back.stderr).toBe(0);
  expect(back.stdout).toMatch(/^moved: all traffic is on blue, but journal and config don't say so yet/);
  expect(await weights(project).read()).toMatchObject({ blue: 100, green: 0 });
  const again = spawnSync(ROLLOUT, ["rollback", "--stack", "beta"], {
    cwd: project.projectDir,
    env,
    encoding: "utf8",
  });
  expect(again.status, again.stderr).toBe(0);
  expect(readFileSync(join(project.projectDir, "Pulumi.beta.yaml"), "utf8")).toMatch(/blue:\s+weight: 100/);
});
