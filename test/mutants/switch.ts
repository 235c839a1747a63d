import { writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { afterAll, beforeEach } from "vitest";

/** How far a test file goes when nothing is changed. */
export interface Reach {
  /** The mutants that it passes. */
  mutants: number[];
  /** How often it passes one. */
  passes: number;
  ms: number;
  /** What of that is work, in milliseconds: the rest it waited, on a machine that does other things too. */
  cost: number;
}

/** What a changed program may need of an unchanged one's passes and time before it counts as one that never ends. */
const PATIENCE = { passes: 20, ms: 5 };
/** For those that need next to nothing. */
const GRACE = { passes: 20_000, ms: 2_000 };

/** Files are instrumented to ask this whether mutant `id` is on. Of the whole process, because modules come and go. */
declare global {
  var $m: (id: number) => boolean;
  var $watch: BigInt64Array | undefined;
}

/** From now on nothing is changed, and what the tests of this file pass is written to `path` as a `Reach`. */
export function observe(count: number, path: string): void {
  const seen = new Uint8Array(count);
  let passes = 0;
  const begun = performance.now();
  const usage = process.cpuUsage();
  globalThis.$m = (id) => {
    passes += 1;
    seen[id] = 1;
    return false;
  };
  afterAll(() => {
    const mutants = [...seen.keys()].filter((id) => seen[id] === 1);
    const ms = performance.now() - begun;
    const { user, system } = process.cpuUsage(usage);
    // A browser works in a process of its own.
    const reach: Reach = { mutants, passes, ms, cost: Math.max((user + system) / 1000, ms / 4) };
    writeFileSync(path, JSON.stringify(reach));
  });
}

/**
 * From now on the mutant is on. After the first test of this file that fails the others are skipped. A process that needs
 * far more than the tests ever did ends by itself: the change made a loop that has no end.
 */
export function switchOn(mutant: number, usual: Pick<Reach, "passes" | "ms">): void {
  const begun = performance.now();
  const ms = usual.ms * PATIENCE.ms + GRACE.ms;
  let left = usual.passes * PATIENCE.passes + GRACE.passes;
  watch(Date.now() + 2 * ms);
  globalThis.$m = (id) => {
    left -= 1;
    if (left < 0 && left % 1000 === 0 && performance.now() - begun > ms / 2) end();
    return id === mutant;
  };
  let failed = false;
  beforeEach((context) => {
    if (failed) context.skip();
    context.onTestFailed(() => {
      failed = true;
    });
  });
  afterAll(() => watch(0));
}

function end(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Has a thread end the process after `deadline`, whatever this one is at; 0 is never. */
function watch(deadline: number): void {
  if (!globalThis.$watch) {
    globalThis.$watch = new BigInt64Array(new SharedArrayBuffer(8));
    const script = `
      const deadline = require("node:worker_threads").workerData;
      setInterval(() => {
        const at = Number(Atomics.load(deadline, 0));
        if (at > 0 && Date.now() > at) process.kill(process.pid, "SIGKILL");
      }, 200);`;
    new Worker(script, { eval: true, workerData: globalThis.$watch }).unref();
  }
  Atomics.store(globalThis.$watch, 0, BigInt(deadline));
}
