import { type Counts, share, sum } from "../counts.ts";
import { FADES_SECONDS } from "../dispersion.ts";

/** From this share of bad requests on stable is out of order, and that isn't how it usually is: one in five ... */
const OUT_SHARE = 0.2;
/** ... of more bad requests than one client's. */
const OUT_BAD = 20;
/** What is learned waits for so long, in seconds: an outage that begins or ends in it takes all of it along. */
const WAIT_SECONDS = 10;

/** Where it is known who failed, so many different clients within that wait are no one's retries, but an outage ... */
const OUT_CLIENTS = 10;
/** ... if they are so many times as many as usual ... */
const OUT_TIMES = 5;
/** ... and if it is over after so many seconds: what lasts is usual ... */
const OUT_SECONDS = 600;
/** ... and no more of them come than this in what is remembered: what comes back is a habit. */
const MOST_OUTAGES = 2;
/** From this many requests on it is known what is usual. */
const USUAL_REQUESTS = 1000;

/** What waits to be learned of stable. */
export interface Unlearned<Kind extends string> {
  counts: Partial<Record<Kind, Counts>>;
  /** What stable answered in all, by which it is found to be out of order. */
  all: Counts;
  intervals: number;
  out: boolean;
  /** Outages that many clients met, fading as all that is learned; since when the last of them is over, and how long it was, in seconds. */
  outages: number;
  quiet: number;
  lasts: number;
}

export function newUnlearned<Kind extends string>(): Unlearned<Kind> {
  return { ...nothing<Kind>(), outages: 0, quiet: Number.POSITIVE_INFINITY, lasts: 0 };
}

function nothing<Kind extends string>() {
  const counts: Partial<Record<Kind, Counts>> = {};
  return { counts, all: { requests: 0, bad: 0 }, intervals: 0, out: false };
}

/** What is told of different clients, and what is usual of them: nobody's repeated failures. */
export interface ByClient {
  counts: Counts;
  /** What is known of them. */
  learned: Counts;
  /** The share that may be bad; undefined where nobody knows what is right. */
  objective: number | undefined;
}

/** What an outage of many clients is: so many times as many as usual. */
export function isManyClients({ counts, learned, objective }: ByClient): boolean {
  const usual = learned.requests >= USUAL_REQUESTS ? share(learned) : objective;
  return usual !== undefined && counts.bad >= OUT_CLIENTS && share(counts) >= OUT_TIMES * usual;
}

/** Whether what has waited is of an outage that many clients met, and which isn't usual. */
function isOutage(waiting: Unlearned<string>, byClient: ByClient, seconds: number): boolean {
  waiting.outages *= 0.5 ** (seconds / FADES_SECONDS);
  if (!isManyClients(byClient)) {
    waiting.quiet += seconds;
    return false;
  }
  if (waiting.quiet >= OUT_SECONDS) Object.assign(waiting, { outages: waiting.outages + 1, lasts: 0 });
  waiting.quiet = 0;
  waiting.lasts += seconds;
  return waiting.outages <= MOST_OUTAGES && waiting.lasts <= OUT_SECONDS;
}

/** Whether so many fail that it is an outage. @param objective the share that may be bad: what is usual isn't an outage */
export function isOut(counts: Counts, objective: number): boolean {
  return counts.bad >= OUT_BAD && share(counts) >= Math.max(OUT_SHARE, objective);
}

/**
 * Takes in an interval of stable's stream. What stable suffered for seconds (a load test, a database that was away) says nothing of
 * its usual errors: it would hide for half a day what a candidate does.
 *
 * @param byClient of the interval, where it is known who failed
 * @returns what is to be learned once enough has waited: nothing of what came with an outage, for as many intervals
 */
export function waited<Kind extends string>(
  waiting: Unlearned<Kind>,
  all: Counts,
  counts: Partial<Record<Kind, Counts>>,
  { objective, intervalSeconds }: { objective: number; intervalSeconds: number },
  byClient?: (counts: Partial<Record<Kind, Counts>>) => ByClient | undefined,
): { counts: Partial<Record<Kind, Counts>>; intervals: number } | undefined {
  waiting.all = sum(waiting.all, all);
  waiting.out ||= isOut(all, objective) || isOut(waiting.all, objective);
  waiting.intervals += 1;
  for (const [kind, more] of Object.entries(counts) as [Kind, Counts][])
    waiting.counts[kind] = sum(waiting.counts[kind] ?? NONE, more);
  const seconds = waiting.intervals * intervalSeconds;
  if (seconds < WAIT_SECONDS) return undefined;
  const clients = byClient?.(waiting.counts);
  const isLeftOut = (clients && isOutage(waiting, clients, seconds)) || waiting.out;
  const told = { counts: isLeftOut ? {} : waiting.counts, intervals: waiting.intervals };
  Object.assign(waiting, nothing());
  return told;
}

const NONE: Counts = { requests: 0, bad: 0 };
