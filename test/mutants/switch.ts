import { writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { afterAll, beforeEach } from "vitest";

/** How far a test file goes when nothing is changed. */
export interface Reach {
  /** The mutants that it passes. */
  mutants: number[];
  ms: number;
  /** What of that is work, in milliseconds: the rest it waited, on a machine that does other things too. */
  cost: number;
}

/** A change that makes a test file take so many times its usual time, and so much longer, has made a loop without an end. */
const PATIENCE = 5;
const GRACE_MS = 2_000;

// Of the whole process, because modules come and go.
declare global {
  /** Files that are observed call this where mutant `id` would be. */
  var $m: (id: number) => boolean;
  /** Files that are judged compare with this: the mutant that is on. */
  var $on: number;
  /** When the process is to be ended, in milliseconds since the epoch; 0 is never. */
  var $deadline: BigInt64Array | undefined;
}

/** From now on nothing is changed, and what the tests of this file pass is written to `path` as a `Reach`. */
export function observe(count: number, path: string): void {
  const seen = new Uint8Array(count);
  const begun = performance.now();
  const usage = process.cpuUsage();
  globalThis.$m = (id) => {
    seen[id] = 1;
    return false;
  };
  afterAll(() => {
    const mutants = [...seen.keys()].filter((id) => seen[id] === 1);
    const ms = performance.now() - begun;
    const { user, system } = process.cpuUsage(usage);
    // A browser works in a process of its own.
    const reach: Reach = { mutants, ms, cost: Math.max((user + system) / 1000, ms / 4) };
    writeFileSync(path, JSON.stringify(reach));
  });
}

/**
 * From now on the mutant is on. After the first test of this file that fails the others are skipped. Where the change made a
 * loop without an end, the process is ended.
 *
 * @param ms how long these tests take when nothing is changed
 */
export function switchOn(mutant: number, ms: number): void {
  endAfter(ms * PATIENCE + GRACE_MS);
  globalThis.$on = mutant;
  let failed = false;
  beforeEach((context) => {
    if (failed) context.skip();
    context.onTestFailed(() => {
      failed = true;
    });
  });
  afterAll(() => endAfter(undefined));
}

/** A thread ends the process, whatever this one is at by then. */
function endAfter(ms: number | undefined): void {
  if (!globalThis.$deadline) {
    globalThis.$deadline = new BigInt64Array(new SharedArrayBuffer(8));
    const script = `
      const deadline = require("node:worker_threads").workerData;
      setInterval(() => {
        const at = Number(Atomics.load(deadline, 0));
        if (at > 0 && Date.now() > at) process.kill(process.pid, "SIGKILL");
      }, 200);`;
    new Worker(script, { eval: true, workerData: globalThis.$deadline }).unref();
  }
  Atomics.store(globalThis.$deadline, 0, ms === undefined ? 0n : BigInt(Date.now() + Math.ceil(ms)));
}
