import { setPriority } from "node:os";
import { systemClock } from "../../../clock.ts";
import { LogClock } from "../logs/times.ts";
import { BalancerSampler } from "../metrics/balancer-sampler.ts";
import { EmbeddedMetrics } from "../metrics/embedded.ts";
import { type AlarmOrder, boardFile, EVERY_MS, orderFrom, writeBoard } from "./board.ts";
import { PlayedAlarms } from "./played.ts";

// The process that plays CloudWatch's part, rollout or not: it evaluates a rehearsal's alarms, and tells the time of what
// programs print: `node main.ts ORDER`.

/** Users first: what runs in the background must not take their processor. */
const NICENESS = 10;

const file = process.argv[2] ?? "";
const order = orderFrom(file);
const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
setPriority(NICENESS);

let known: AlarmOrder | undefined;
let played: PlayedAlarms | undefined;
const clock = new LogClock(order().logs);

while (!stop.signal.aborted) {
  await look().catch((error: Error) =>
    process.stderr.write(`${new Date().toISOString()} ${error.message}\n`),
  );
  await systemClock.sleep(EVERY_MS, stop.signal).catch(() => {});
}

async function look(): Promise<void> {
  clock.note(Date.now());
  const now = order();
  if (!played || now !== known) {
    // Other alarms begin anew, as a changed stack's do.
    const balancer = new BalancerSampler(now.named, now);
    // What is counted of the workers is in their logs.
    const logs = new EmbeddedMetrics(now.logs);
    const take = async () => [...(await balancer.take()), ...logs.take()];
    played = new PlayedAlarms(now.alarms, { take }, systemClock);
    known = now;
  }
  await played.look();
  const told = Object.entries(now.ofTrack).map(([track, arn]) => [track, played?.reading(arn)]);
  writeBoard(boardFile(file), { at: Date.now(), now: systemClock.now(), alarms: Object.fromEntries(told) });
}
