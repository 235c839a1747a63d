import { nth } from "../../../../infra/sure.ts";
import { systemClock } from "../../../clock.ts";
import { JobPlayer } from "./player.ts";

// The process that runs a rehearsal's jobs when they are due, in the place of EventBridge Scheduler, the jobs' queues and the
// servers that take from them: `node main.ts ORDER`.

const EVERY_MS = 250;

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
const player = new JobPlayer(nth(process.argv, 2), (line) => process.stdout.write(`${line}\n`), stop.signal);

while (!stop.signal.aborted) {
  player.look();
  await systemClock.sleep(EVERY_MS, stop.signal).catch(() => {});
}
