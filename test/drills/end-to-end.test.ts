import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isRunning } from "../../rollout/platforms/rehearsal/machine/processes.ts";
import type { ProcessRecord } from "../../rollout/platforms/rehearsal/machine/state.ts";

const root = join(import.meta.dirname, "../..");
const config = () => readFileSync(join(root, "Pulumi.beta.yaml"), "utf8");
let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "rollout-end-to-end-"));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

/** The one command of a fresh clone, shortened. */
function rehearse(...words: string[]): ChildProcess {
  const command = join(root, "bin/rehearse");
  return spawn(command, [...words, "--state-dir", stateDir], { stdio: ["ignore", "pipe", "pipe"] });
}

async function outcome(child: ChildProcess) {
  const [out, err, [code]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, "exit"),
  ]);
  return { out, err, code: code as number | null };
}

/** Waits for the table's header: all is up and the load runs. */
async function untilLoaded(child: ChildProcess, ended: ReturnType<typeof outcome>): Promise<void> {
  const early = ended.then(({ err }) => Promise.reject(new Error(`it ended early: ${err}`)));
  await Promise.race([once(child.stdout!, "data"), early]);
}

/** All that the rehearsal has started. By its number alone a process may be taken for a later one of others. */
function processes(): ProcessRecord[] {
  return Object.values(JSON.parse(readFileSync(join(stateDir, "beta/state.json"), "utf8")).processes);
}

test("bin/rehearse walks beta through its shifts, loses nothing and keeps to every split", async () => {
  const before = config();
  const { out, err, code } = await outcome(rehearse("--seconds", "2", "--rate", "60"));
  expect(code, err).toBe(0);
  expect(out).toMatch(/\n(\d+) requests in \d+ s, 0 lost\n$/);
  const steps = out.split("\n").flatMap((line) => /^(\S.*?)\s{2,}blue\b/.exec(line)?.[1] ?? []);
  expect(steps).toEqual(["as configured", "green 25", "green 50", "green 100", "back"]);
  const asked = out.split("\n").flatMap((line) => /\bgreen +(\d+) %/.exec(line)?.[1] ?? []);
  expect(asked).toEqual(["10", "25", "50", "100", "10"]);
  expect(out).not.toContain("OUTSIDE");
  expect(config()).toBe(before);
  expect(existsSync(join(stateDir, "beta/state.json"))).toBe(false);
});

test("interrupted, it stops all that it started", async () => {
  const child = rehearse("--seconds", "60", "--rate", "60");
  const ended = outcome(child);
  await untilLoaded(child, ended);
  const started = processes();
  expect(started.length).toBeGreaterThanOrEqual(7);
  expect(started.every(isRunning)).toBe(true);
  child.kill("SIGINT");
  expect((await ended).code).toBe(130);
  expect(started.filter(isRunning)).toEqual([]);
});

test("a stack that somebody has up is left alone", async () => {
  const first = rehearse("--seconds", "60", "--rate", "10");
  const ended = outcome(first);
  await untilLoaded(first, ended);
  const second = await outcome(rehearse());
  expect(second.code).toBe(1);
  expect(second.err).toContain(
    "beta is up already. Take it down first: bin/rollout rehearse down --stack beta",
  );
  expect(processes().every(isRunning)).toBe(true);
  first.kill("SIGTERM");
  expect((await ended).code).toBe(130);
});
