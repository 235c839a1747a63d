import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import timers from "node:timers/promises";

// Loaded before a program (`node --import`): its time runs as everybody's, but what it sleeps is over at once, and its
// clocks say so much later. An hour of waiting takes a test seconds, however slow the machine is. It oversleeps as on a
// busy machine, which saves two looks of three.
//
// Waits that can be called off (those with a signal, such as a heartbeat's) go on beside the work, and aren't jumped over.

/** How far the clock is ahead from the start, in milliseconds: where an earlier run had come to. */
let ahead = Number(process.env.CLOCK_AHEAD_MS ?? 0);

const now = Date.now;
const later = () => now() + ahead;
globalThis.Date = new Proxy(Date, {
  get: (date, key) => (key === "now" ? later : Reflect.get(date, key)),
  construct: (date, words, target) => Reflect.construct(date, words.length === 0 ? [later()] : words, target),
});

// Durations are measured by these two, which nobody can set.
const running = performance.now.bind(performance);
performance.now = () => running() + ahead;
const { uptime } = os;
os.uptime = () => uptime() + ahead / 1000;

const sleep = timers.setTimeout;
timers.setTimeout = ((ms: number, value?: unknown, options?: { signal?: AbortSignal }) => {
  if (options?.signal) return sleep(ms, value, options);
  ahead += 3 * ms;
  return sleep(1, value);
}) as typeof sleep;
syncBuiltinESMExports();
