import { acceptable } from "./judge.ts";
import type { Thresholds } from "./profile/schema.ts";
import type { Second } from "./result.ts";

/** A stretch has this many seconds and requests at least, or one slow answer would speak for all. */
const SECONDS = 5;
const REQUESTS = 20;

/**
 * The most users at once that were served within the thresholds. First the lowest number of users is found at which a
 * stretch of the run was not acceptable; the answer is the highest number below it at which one was. So users count
 * by how they were served, not by how many were sent.
 */
export function carriedUsers(timeline: readonly Second[], thresholds: Thresholds): number {
  const stretches = stretchesOf(timeline).map((seconds) => ({
    users: Math.round(Math.max(...seconds.map(({ users }) => users))),
    held: acceptable(seconds, thresholds),
  }));
  const broke = Math.min(...stretches.flatMap(({ users, held }) => (held ? [] : [users])));
  return Math.max(0, ...stretches.flatMap(({ users, held }) => (held && users < broke ? [users] : [])));
}

/** The timeline in a row of stretches; what is left at the end belongs to the last. */
export function stretchesOf(timeline: readonly Second[]): Second[][] {
  const stretches: Second[][] = [];
  let open: Second[] = [];
  for (const second of timeline) {
    open.push(second);
    const requests = open.reduce((sum, { due }) => sum + due, 0);
    if (open.length < SECONDS || requests < REQUESTS) continue;
    stretches.push(open);
    open = [];
  }
  const last = stretches.at(-1);
  if (last) last.push(...open);
  else if (open.some(({ due }) => due > 0)) stretches.push(open);
  return stretches;
}
