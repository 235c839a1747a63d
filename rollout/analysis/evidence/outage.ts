import { type Counts, share, sum } from "../counts.ts";

/** From this share of bad requests on stable is out of order, and that isn't how it usually is: one in five ... */
const OUT_SHARE = 0.2;
/** ... of more bad requests than one client's. */
const OUT_BAD = 20;
/** What is learned waits for so long, in seconds: an outage that begins or ends in it takes all of it along. */
const WAIT_SECONDS = 10;

/** What waits to be learned of stable. */
export interface Unlearned<Kind extends string> {
  counts: Partial<Record<Kind, Counts>>;
  /** What stable answered in all, by which it is found to be out of order. */
  all: Counts;
  intervals: number;
  out: boolean;
}

export function newUnlearned<Kind extends string>(): Unlearned<Kind> {
  return { counts: {}, all: { requests: 0, bad: 0 }, intervals: 0, out: false };
}

/** Whether so many fail that it is an outage. @param objective the share that may be bad: what is usual isn't an outage */
export function isOut(counts: Counts, objective: number): boolean {
  return counts.bad >= OUT_BAD && share(counts) >= Math.max(OUT_SHARE, objective);
}

/**
 * Takes in an interval of stable's stream. What stable suffered for seconds (a load test, a database that was away) says nothing of
 * its usual errors: it would hide for half a day what a candidate does.
 *
 * @returns what is to be learned once enough has waited: nothing of what came with an outage, for as many intervals
 */
export function waited<Kind extends string>(
  waiting: Unlearned<Kind>,
  all: Counts,
  counts: Partial<Record<Kind, Counts>>,
  { objective, intervalSeconds }: { objective: number; intervalSeconds: number },
): { counts: Partial<Record<Kind, Counts>>; intervals: number } | undefined {
  waiting.all = sum(waiting.all, all);
  waiting.out ||= isOut(all, objective) || isOut(waiting.all, objective);
  waiting.intervals += 1;
  for (const [kind, more] of Object.entries(counts) as [Kind, Counts][])
    waiting.counts[kind] = sum(waiting.counts[kind] ?? NONE, more);
  if (waiting.intervals * intervalSeconds < WAIT_SECONDS) return undefined;
  const told = { counts: waiting.out ? {} : waiting.counts, intervals: waiting.intervals };
  Object.assign(waiting, newUnlearned());
  return told;
}

const NONE: Counts = { requests: 0, bad: 0 };
