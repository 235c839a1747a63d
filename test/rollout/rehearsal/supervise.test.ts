import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { supervised as wordsOf } from "../../../rollout/platforms/rehearsal/servers/workers.ts";
import { until } from "../../../rollout/waiting.ts";

// What plays systemd for a worker, with workers that end well, by themselves, and not at all.

const folder = mkdtempSync(join(tmpdir(), "supervise-"));
const file = (name: string) => join(folder, name);
const text = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), "utf8") : "");
afterAll(() => rmSync(folder, { recursive: true }));

const AGAIN = '{"_aws":{"Timestamp":0},"n":1}';

async function supervised(withinSeconds: number, script: string) {
  const [shell = "", ...words] = [...wordsOf("worker", withinSeconds, AGAIN), "bash", "-c", script];
  const child: ChildProcess = spawn(shell, words, {
    cwd: folder,
    detached: true,
    // Its home has a .bashrc, and its input is a socket, as that of all that Node starts.
    env: { PATH: process.env.PATH, HOME: folder },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  child.stdout?.on("data", (data) => {
    said += data;
  });
  const closed = new Promise((resolve) => child.once("close", resolve));
  return {
    said: () => said,
    /** How long it took to end, in milliseconds. */
    async ended() {
      const before = performance.now();
      child.kill("SIGTERM");
      await closed;
      return performance.now() - before;
    },
  };
}

const begun = (name: string) => until({ everyMs: 20, withinMs: 10_000 }, () => text(name) !== "");

test("a worker gets SIGTERM and ends what it holds", async () => {
  const worker = await supervised(
    20,
    'trap "sleep 0.7; echo whole >held; exit" TERM; echo $$ >well; while :; do sleep 0.1; done',
  );
  await begun("well");
  expect(await worker.ended()).toBeLessThan(10_000);
  expect(text("held")).toBe("whole\n");
  expect(worker.said()).toBe("");
});

test("one that doesn't end is killed after its time, with all that it started", async () => {
  const worker = await supervised(1, 'trap "" TERM; sleep 60 & echo $! >deaf; while :; do sleep 0.1; done');
  await begun("deaf");
  expect(await worker.ended()).toBeGreaterThanOrEqual(950);
  const child = Number(text("deaf"));
  expect(await until({ everyMs: 50, withinMs: 5_000 }, () => !isThere(child))).toBe(true);
});

test("one that ends by itself is started again after 5 s, and it is said", async () => {
  const worker = await supervised(
    5,
    "date +%s%N >>times; if [[ $(wc -l <times) == 1 ]]; then exit 3; fi; while :; do sleep 0.1; done",
  );
  const before = Date.now();
  expect(await until({ everyMs: 50, withinMs: 20_000 }, () => worker.said().endsWith("\n"))).toBe(true);
  // With the time of that moment, to the second.
  const { _aws, n } = JSON.parse(worker.said()) as { _aws: { Timestamp: number }; n: number };
  expect(n).toBe(1);
  expect(_aws.Timestamp).toBeGreaterThan(before + 3_000);
  expect(_aws.Timestamp).toBeLessThanOrEqual(Date.now());
  await sleep(100);
  await worker.ended();
  const [first = 0, second = 0] = text("times")
    .trim()
    .split("\n")
    .map((each) => Number(each) / 1e6);
  expect(second - first).toBeGreaterThanOrEqual(4_900);
});

test("the person's own settings of the shell change nothing of it", async () => {
  writeFileSync(file(".bashrc"), "PATH=/nowhere");
  const worker = await supervised(5, 'echo "$PATH" >path; while :; do sleep 0.1; done');
  await begun("path");
  expect(text("path").trim()).toBe(process.env.PATH);
  await worker.ended();
});

/** Also not as a zombie, which nobody here may reap. */
function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
