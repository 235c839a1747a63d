import { first, last, nth } from "../../../infra/sure.ts";
import type { Counts } from "../counts.ts";

/**
 * How long answers took: for each of the {@link EDGES} how many took as long at most, and longer than the edge before. Those that no
 * answer took are left out.
 */
export type Times = Readonly<Record<string, number>>;

/**
 * In milliseconds, seven to a factor of ten, so that each is some 1.4 of the one before. Of two digits, as servers on AWS round times up to two:
 * so these part them exactly. What takes longer than the last counts as that.
 */
const EDGES: readonly number[] = [
  10, 14, 20, 28, 40, 56, 80, 110, 160, 220, 320, 450, 640, 900, 1300, 1800, 2500, 3600, 5000, 7100, 10_000,
  14_000, 20_000, 28_000, 40_000, 56_000,
];

/** The edges around a time, from that part of it up to as many times of it. Of times that no edge is near, those around the nearest edge. */
export function edgesAround(ms: number, reach: number): number[] {
  const around = Math.min(last(EDGES), Math.max(first(EDGES), ms));
  return EDGES.filter((each) => each >= around / reach && each <= around * reach);
}

/** Of all answers those that took longer than an edge. */
export function countsOver(times: Times, edgeMs: number): Counts {
  return first(countsOverEach(times, [edgeMs]));
}

/** Of all answers those that took longer than each of some edges. */
export function countsOverEach(times: Times, edgesMs: readonly number[]): Counts[] {
  const counts = edgesMs.map(() => ({ requests: 0, bad: 0 }));
  for (const [edge, count] of Object.entries(times)) {
    const ms = Number(edge);
    for (const [index, each] of counts.entries()) {
      each.requests += count;
      if (ms > nth(edgesMs, index)) each.bad += count;
    }
  }
  return counts;
}

/** @param ms how long an answer took; undefined where nobody waited for it @param count how many did */
export function addTime(times: Times = {}, ms: number | undefined, count = 1): Times {
  if (ms === undefined) return times;
  const edge = edgeOf(ms);
  return { ...times, [edge]: (times[edge] ?? 0) + count };
}

/** The edge that an answer of so many milliseconds counts at. */
export function edgeOf(ms: number): number {
  return EDGES.find((each) => ms <= each) ?? last(EDGES);
}

export function addTimes(a: Times = {}, b: Times = {}): Times {
  const sum: Record<string, number> = { ...a };
  for (const [edge, count] of Object.entries(b)) sum[edge] = (sum[edge] ?? 0) + count;
  return sum;
}

/** Without some of them; never fewer than none. */
export function lessTimes(all: Times, some: Times = {}): Times {
  const left = Object.entries(all).map(([edge, count]) => [edge, count - (some[edge] ?? 0)] as const);
  return Object.fromEntries(left.filter(([, count]) => count > 0));
}
