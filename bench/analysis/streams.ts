import type { Random } from "../../rollout/load/random.ts";

export const DAY = 24 * 3600;
/** Stable's history that every rule may learn from before the rollout, in seconds. */
export const BEFORE = 6 * 3600;
/** A healthy track's share of bad requests. */
export const HEALTHY = 0.001;
/** The candidate has a quarter of the traffic, stable three times as much. */
export const STABLE_PER_CANDIDATE = 3;
/** Retries of one client: geometric with this mean, about one a second. */
const BURST = 8;

export type Errors = "independent" | "bursty";

/** Bad requests in each second; the requests themselves are constant. */
interface Bad {
  before: Uint16Array;
  stable: Uint16Array;
  candidate: Uint16Array;
}

export interface Day extends Bad {
  /** Those of them that are the first of a client: the beginning of a burst, and each one where they are independent. */
  clients: Bad;
}

/** A healthy day at `rate` requests/s on the candidate, after a quarter of a day of stable alone. */
export function healthyDay(random: Random, rate: number, errors: Errors): Day {
  const all = rate * (1 + STABLE_PER_CANDIDATE);
  const [before, stable, candidate] = [
    badPerSecond(random, BEFORE, all * HEALTHY, errors, all, 0),
    badPerSecond(random, DAY, rate * STABLE_PER_CANDIDATE * HEALTHY, errors, rate * STABLE_PER_CANDIDATE, 0),
    badPerSecond(random, DAY, rate * HEALTHY, errors, rate, 0),
  ];
  const clients = { before: before.first, stable: stable.first, candidate: candidate.first };
  return { before: before.bad, stable: stable.bad, candidate: candidate.bad, clients };
}

/** The same day with a candidate that fails `ratio` times as often from `start` on. */
export function worseDay(
  random: Random,
  day: Day,
  rate: number,
  errors: Errors,
  ratio: number,
  start: number,
): Day {
  const extra = badPerSecond(random, DAY, rate * HEALTHY * (ratio - 1), errors, rate, start);
  const add = (bad: Uint16Array, more: Uint16Array) =>
    bad.map((count, second) => Math.min(rate, count + more[second]!));
  const clients = { ...day.clients, candidate: add(day.clients.candidate, extra.first) };
  return { ...day, candidate: add(day.candidate, extra.bad), clients };
}

/** A Poisson process of bad requests, or of bursts of them, from second `start` on; never more than `most` in a second. */
function badPerSecond(
  random: Random,
  seconds: number,
  perSecond: number,
  errors: Errors,
  most: number,
  start: number,
) {
  const bad = new Uint16Array(seconds);
  const first = new Uint16Array(seconds);
  const clusters = errors === "bursty" ? perSecond / BURST : perSecond;
  const gap = () => -Math.log(1 - random());
  for (let at = start + gap() / clusters; at < seconds; at += gap() / clusters) {
    if (first[Math.floor(at)]! < most) first[Math.floor(at)]!++;
    for (let retry = at; retry < seconds; retry += gap()) {
      const second = Math.floor(retry);
      if (bad[second]! < most) bad[second]!++;
      if (errors === "independent" || random() < 1 / BURST) break;
    }
  }
  return { bad, first };
}

/** Sums of `length` seconds each; a rest that doesn't fill one is left out. */
export function inBlocks(bad: Uint16Array, length: number): Float64Array {
  const blocks = new Float64Array(Math.floor(bad.length / length));
  for (let second = 0; second < blocks.length * length; second++)
    blocks[Math.floor(second / length)]! += bad[second]!;
  return blocks;
}
