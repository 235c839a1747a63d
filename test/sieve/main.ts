import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { violations } from "./invariants.ts";
import { play } from "./play.ts";
import { scheduleOf } from "./schedule.ts";
import { shrunk } from "./shrink.ts";
import type { Found } from "./worker.ts";

/**
 * `npm run sieve -- [--schedules N] [--from N] [--seed N]`: plays rollouts in which things go wrong, a million of them unless said
 * otherwise, and prints each that broke a rule, made as small as it goes. `--seed` plays one and tells it. Exits with 1 when
 * a rule was broken.
 */
const { values } = parseArgs({
  options: {
    schedules: { type: "string", default: "1000000" },
    from: { type: "string", default: "0" },
    seed: { type: "string" },
  },
});

if (values.seed === undefined)
  process.exitCode = (await sift(Number(values.from), Number(values.schedules))) ? 0 : 1;
else process.exitCode = (await tell(Number(values.seed))) ? 0 : 1;

async function tell(seed: number): Promise<boolean> {
  const { schedule } = (await shrunk(scheduleOf(seed))) ?? { schedule: scheduleOf(seed) };
  console.log(`under the sky "${schedule.sky.name}":`);
  const story = await play(schedule, (line) => console.log(line));
  const broken = violations(story);
  for (const rule of broken) console.log(`BROKEN: ${rule}`);
  return broken.length === 0;
}

async function sift(from: number, count: number): Promise<boolean> {
  const began = performance.now();
  const workers = Math.max(1, Math.min(availableParallelism(), count));
  const kinds = new Map<string, { count: number; example: Found }>();
  let played = 0;
  await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), {
        workerData: { from, count, every: workers, offset: index },
      });
      worker.on("message", ({ done, found }: { done: number; found: Found[] }) => {
        played += done;
        for (const each of found) {
          const known = kinds.get(each.kind);
          kinds.set(each.kind, known ? { ...known, count: known.count + 1 } : { count: 1, example: each });
          if (!known)
            console.log(
              `${each.broken.join("; ")}\n  npm run sieve -- --seed ${each.seed}\n  ${each.upsets.join("\n  ")}`,
            );
        }
        const seconds = (performance.now() - began) / 1000;
        if (process.stderr.isTTY) process.stderr.write(`\r${played} schedules, ${seconds.toFixed(0)} s `);
      });
      return new Promise<void>((resolve, reject) => {
        worker.once("exit", () => resolve());
        worker.once("error", reject);
      });
    }),
  );
  if (process.stderr.isTTY) process.stderr.write("\n");
  for (const [kind, { count: times, example }] of kinds)
    console.log(`${times} times: ${kind} (seed ${example.seed})`);
  const seconds = (performance.now() - began) / 1000;
  console.log(`${played} schedules in ${seconds.toFixed(0)} s, ${kinds.size} kinds of broken rules`);
  return kinds.size === 0;
}
