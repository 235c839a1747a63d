import { parentPort, workerData } from "node:worker_threads";
import { violations } from "./invariants.ts";
import { play } from "./play.ts";
import { scheduleOf } from "./schedule.ts";
import { shrunk } from "./shrink.ts";

// Plays every so many-th schedule, and tells what broke.

export interface Found {
  seed: number;
  /** The first rule that broke, without its figures: what is alike is counted together. */
  kind: string;
  broken: string[];
  /** Those that are left when the schedule is made as small as it goes. */
  upsets: string[];
}

const { from, count, every, offset } = workerData as {
  from: number;
  count: number;
  every: number;
  offset: number;
};
const TELL_EVERY = 500;

let done = 0;
let found: Found[] = [];
for (let seed = from + offset; seed < from + count; seed += every) {
  const schedule = scheduleOf(seed);
  if (violations(await play(schedule)).length > 0) {
    const small = await shrunk(schedule);
    const { broken, upsets } = small ?? { broken: [], upsets: [] };
    if (small) found.push({ seed, kind: `${schedule.sky.name}: ${withoutFigures(small)}`, broken, upsets });
  }
  done += 1;
  if (done % TELL_EVERY === 0) tell();
}
tell();

function withoutFigures({ broken, upsets }: Pick<Found, "broken" | "upsets">): string {
  const names = upsets.map((upset) => upset.replace(/^\d+ /, ""));
  return `${broken[0]?.replaceAll(/\d+(\.\d+)?/g, "N")} after [${names.join(" | ")}]`;
}

function tell(): void {
  parentPort?.postMessage({ done, found });
  done = 0;
  found = [];
}
