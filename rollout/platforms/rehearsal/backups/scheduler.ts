import { readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { last, nth } from "../../../../infra/sure.ts";
import type { BackupPlan } from "../plan/describe-backups.ts";
import { writeMarker } from "./markers.ts";
import { listBackups, takeBackup, takeFirstBackup } from "./repository.ts";
import { expire } from "./retention.ts";
import { dueAt } from "./schedule.ts";
import type { Store } from "./store.ts";
import { inspect } from "./wholeness.ts";

// The process that takes a rehearsal's backups when they are due: `node scheduler.ts FILE`, with what schedule-file.ts
// writes in FILE. It is read again before each look, as `rehearse apply` may have changed it.

/** Times are looked at that often, by the wall clock: a laptop sleeps. */
const LOOK_EVERY_MS = 20_000;
const AFTER_FAILURE_MS = 10_000;
/** Users first: what is taken in the background must not take their processor. */
const NICENESS = 10;

setPriority(NICENESS);
const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
const say = (line: string) => process.stdout.write(`${new Date().toISOString()} ${line}\n`);

while (!stop.signal.aborted) {
  const pause = await look().catch((error: Error) => {
    if (!stop.signal.aborted) say(`failed: ${error.message}`);
    return AFTER_FAILURE_MS;
  });
  await sleep(pause, undefined, { signal: stop.signal }).catch(() => {});
}

async function look(): Promise<number> {
  const { store, plan } = JSON.parse(readFileSync(nth(process.argv, 2), "utf8")) as {
    store: Store;
    plan: BackupPlan;
  };
  const known = await listBackups(store);
  // Also a release's: the next time of the schedule comes after it all the same.
  const due = dueAt(plan.schedules, known.at(-1));
  if (Date.now() < due) return Math.min(LOOK_EVERY_MS, due - Date.now());
  if (known.length === 0) await takeFirstBackup(store, stop.signal);
  else await takeBackup(store, undefined, stop.signal);
  const { label, stored } = last(await listBackups(store));
  say(`${label}: taken, ${(stored / 2 ** 20).toFixed(1)} MiB`);
  const { name } = await writeMarker(store);
  say(`${name}: marked`);
  await expireOld(store, plan.keepDays);
  return LOOK_EVERY_MS;
}

async function expireOld(store: Store, keepDays: number): Promise<void> {
  const all = await listBackups(store);
  const found = await inspect(store);
  for (const problem of found.problems) say(`PROBLEM ${problem}`);
  for (const gone of await expire(store, all, found, keepDays, Date.now())) say(`${gone}: expired`);
}
