import type { LoggedSecond } from "../../platforms/rehearsal/rollout/access-logs.ts";
import type { KeptSecond } from "../../platforms/rehearsal/rollout/seconds-file.ts";
import type { TrafficFacts } from "../sources.ts";

interface Counted {
  requests: number;
  errors: number;
  slow: number;
}

/**
 * What was served, by track and by the hour. The servers' logs have every request that reached a server. An answer
 * that the balancer gave by itself is in no server's log, so these errors are added from the balancer's own counts,
 * by the hour.
 *
 * The balancer's count of requests isn't used: whoever measures it misses the first second.
 */
export function addedUp(
  logged: readonly LoggedSecond[],
  measured: readonly KeptSecond[],
): { tracks: Record<string, Counted>; hours: TrafficFacts["hours"] } {
  const cells = new Map<string, Counted>();
  for (const { epochSecond, track, counts } of logged) add(cells, keyOf(epochSecond, track), counts);
  for (const [key, errors] of unlogged(logged, measured))
    add(cells, key, { requests: errors, errors, slow: 0 });
  const tracks = new Map<string, Counted>();
  const hours = new Map<string, Counted>();
  for (const [key, counts] of cells) {
    const [hour, track] = key.split(" ", 2) as [string, string];
    add(tracks, track, counts);
    add(hours, hour, counts);
  }
  return { tracks: Object.fromEntries(tracks), hours: [...hours.values()] };
}

/** Errors of the balancer's that no server logged, in the seconds that somebody measured. */
function unlogged(logged: readonly LoggedSecond[], measured: readonly KeptSecond[]): Map<string, number> {
  const covered = new Set<number>();
  const errors = new Map<string, number>();
  const count = (key: string, by: number) => errors.set(key, (errors.get(key) ?? 0) + by);
  for (const { from, epochSecond, tracks } of measured) {
    for (let second = from; second <= epochSecond; second++) covered.add(second);
    for (const [track, counts] of Object.entries(tracks)) count(keyOf(epochSecond, track), counts.errors);
  }
  for (const { epochSecond, track, counts } of logged)
    if (covered.has(epochSecond)) count(keyOf(epochSecond, track), -counts.errors);
  return new Map([...errors].filter(([, more]) => more > 0));
}

function keyOf(epochSecond: number, track: string): string {
  return `${Math.floor(epochSecond / 3600)} ${track}`;
}

function add(sums: Map<string, Counted>, key: string, { requests, errors, slow }: Counted): void {
  const sum = sums.get(key) ?? { requests: 0, errors: 0, slow: 0 };
  sums.set(key, {
    requests: sum.requests + requests,
    errors: sum.errors + errors,
    slow: sum.slow + slow,
  });
}
