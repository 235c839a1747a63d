import type { MetricSecond, TrackCounts } from "../../platform.ts";
import type { LoggedSecond } from "./access-logs.ts";
import { addTallies, type CountedSecond } from "./counter-logs.ts";
import type { KeptSecond } from "./seconds-file.ts";

/** Second by second: what was measured at the balancer, and for the seconds that nobody measured what the logs tell. Oldest first. */
export function recorded(
  measured: readonly KeptSecond[],
  logged: readonly LoggedSecond[],
  counted: readonly CountedSecond[] = [],
): MetricSecond[] {
  const covered = new Set<number>();
  for (const { from, epochSecond } of measured)
    for (let second = from; second <= epochSecond; second += 1) covered.add(second);
  const others = new Map<number, Record<string, TrackCounts>>();
  const tracksOf = (epochSecond: number) => {
    const tracks = others.get(epochSecond) ?? {};
    others.set(epochSecond, tracks);
    return tracks;
  };
  for (const { epochSecond, track, counts } of logged)
    if (!covered.has(epochSecond)) tracksOf(epochSecond)[track] = counts;
  for (const { epochSecond, track, counters } of counted) {
    if (covered.has(epochSecond)) continue;
    const tracks = tracksOf(epochSecond);
    const before = tracks[track] ?? { requests: 0, errors: 0, slow: 0 };
    tracks[track] = { ...before, counters: addTallies(before.counters, counters) };
  }
  const unmeasured = [...others].map(([epochSecond, tracks]) => ({ epochSecond, tracks }));
  return [...measured, ...unmeasured].sort((a, b) => a.epochSecond - b.epochSecond);
}
