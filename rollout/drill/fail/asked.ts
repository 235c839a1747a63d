import type { DrillReply } from "../traffic.ts";
import type { FailStage } from "./stage.ts";

/** How often it is asked, in seconds. */
const EVERY = 0.25;

/**
 * Asks every track for what users want, one after the other at even distances whatever becomes of the ones before, for as long as
 * the work lasts.
 *
 * @returns what each got, in the order of the answers
 */
export async function askedWhile(stage: FailStage, work: () => Promise<void>): Promise<DrillReply[]> {
  const tracks = stage.room.plan.tracks.map(({ name }) => name);
  const seen: DrillReply[] = [];
  const open: Promise<void>[] = [];
  const ask = () => {
    const track = tracks[open.length % tracks.length];
    open.push(stage.asUser(track).then((each) => void seen.push(each)));
  };
  const timer = setInterval(ask, EVERY * 1000);
  try {
    await work();
  } finally {
    clearInterval(timer);
    await Promise.all(open);
  }
  return seen;
}

/** The longest that any of them took, in seconds. */
export function slowestOf(seen: readonly DrillReply[]): number {
  return Math.max(0, ...seen.map(({ ms }) => ms)) / 1000;
}

/** How many got each status; 0 is no answer. */
export function statusesOf(seen: readonly DrillReply[]): string {
  const counts = Map.groupBy(seen, ({ status }) => status);
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([status, each]) => `${each.length} x ${status || "no answer"}`)
    .join(", ");
}
