import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { rehearse, weights } from "../../rollout/platforms/rehearsal/index.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { TYPING } from "../rehearsal/typed.ts";

// A rehearsal with a controller of its own, asked by the command as people type it. Nobody else drives.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const project = projectCopy({
  controller: { in: "stack" },
  tracks: { blue: { weight: 100 }, green: { weight: 0 } },
  plan: {
    steps: [
      { weight: 40, bake: "1h" },
      { weight: 100, bake: "1h" },
    ],
  },
});
const options = { cwd: project.projectDir, encoding: "utf8" as const, timeout: 60_000, env: TYPING };

beforeAll(() => rehearse.up(project));
afterAll(removeCopies);

function rollout(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(ROLLOUT, [...words, "--stack", "beta"], options);
  return { status, stdout, stderr };
}

/** Starts a command and comes back when it has said this. */
async function said(what: RegExp, ...words: string[]) {
  const child = spawn(ROLLOUT, [...words, "--stack", "beta"], { ...options, stdio: "pipe" });
  let text = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (data) => {
      text += data;
      if (what.test(text)) resolve();
    });
    child.once("exit", () => reject(new Error(`it ended: ${text}`)));
  });
  return { child, exit: once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]> };
}

/** The process that drives, by what refuses another one. */
async function driver(not?: number): Promise<number> {
  for (let left = 120; left > 0; left -= 1) {
    try {
      const { pid } = JSON.parse(
        readFileSync(join(project.projectDir, ".rehearsal/beta/rollout.lock"), "utf8"),
      );
      if (pid !== not) return pid;
    } catch {
      // Nobody has it at the moment.
    }
    await sleep(500);
  }
  throw new Error("nobody drives");
}

async function until(is: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await is())) await sleep(250);
  return performance.now() - began;
}

it("goes on when whoever follows it ends, and within a minute when it is killed itself", async () => {
  const { child, exit } = await said(/read back everywhere: blue 60 green 40/, "run", "--candidate", "green");
  const first = await driver();
  expect(first).not.toBe(child.pid);
  child.kill("SIGINT");
  expect((await exit)[0]).toBe(130);
  expect(await driver()).toBe(first);
  expect(await weights(project).read()).toEqual({ blue: 60, green: 40 });

  process.kill(first, "SIGKILL");
  // Noted while nobody is there to hear it.
  expect(rollout("promote")).toMatchObject({ status: 0 });
  const took = await until(async () => (await weights(project).read()).green === 100);
  expect(took).toBeLessThan(60_000);
  expect(await driver(first)).not.toBe(first);
  const status = JSON.parse(rollout("status", "--json").stdout);
  expect(status.rollout).toMatchObject({ candidate: "green", real: { green: 100 }, over: false });
  expect(rollout("pause").stdout).toMatch(/^pause: told .* \(process \d+\)\n$/);

  // A second follower sees the way back, which a third command asks for, to its end.
  const again = spawn(ROLLOUT, ["run", "--stack", "beta", "--json"], { ...options, stdio: "pipe" });
  let document = "";
  again.stdout.on("data", (data) => {
    document += data;
  });
  const over = once(again, "exit");
  const back = rollout("rollback");
  expect(back).toMatchObject({ status: 0 });
  expect(back.stdout).toMatch(/^rollback: told /);
  expect((await over)[0]).toBe(1);
  expect(JSON.parse(document)).toMatchObject({ candidate: "green", outcome: "rolled-back" });
  expect(await weights(project).read()).toEqual({ blue: 100, green: 0 });
}, 120_000);
