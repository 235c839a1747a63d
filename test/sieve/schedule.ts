import { seededRandom } from "../../rollout/load/random.ts";
import { SKIES, type Sky } from "./skies.ts";

/** Something that goes wrong at a point of a run. */
export interface Upset {
  /** Which call of the run, counted from 0; every answer that the controller gets, and every half of an act, is one. */
  at: number;
  /** What: an index into the list of what can go wrong with such a call; it wraps around. */
  what: number;
}

/** A run of a rollout in which some things go wrong, under one sky. */
export interface Schedule {
  sky: Sky;
  upsets: readonly Upset[];
}

/** As many as there are things that can go wrong with any call. */
export const KINDS = 26;
/** A run without upsets has no more calls. Those of longer runs are reached by pairs, as each upset makes a run longer. */
export const POINTS = 98;

export const SINGLES = SKIES.length * POINTS * KINDS;
/** Of those with more than one: how many have a third. */
const THIRD = 0.25;

/**
 * The schedule of a number. The first are every single upset at every point under every sky, in a fixed shuffled order;
 * the others are pairs and triples, drawn by the number.
 */
export function scheduleOf(number: number): Schedule {
  if (number < SINGLES) {
    // A step that has no divisor in common with the number of singles visits each of them once.
    const single = Number((BigInt(number) * 1_000_003n) % BigInt(SINGLES));
    const what = single % KINDS;
    const at = Math.floor(single / KINDS) % POINTS;
    return { sky: SKIES[Math.floor(single / KINDS / POINTS)]!, upsets: [{ at, what }] };
  }
  const random = seededRandom(number);
  const below = (end: number) => Math.floor(random() * end);
  const sky = SKIES[below(SKIES.length)]!;
  const count = random() < THIRD ? 3 : 2;
  const upsets = Array.from({ length: count }, () => ({ at: below(POINTS + 20), what: below(KINDS) }));
  return { sky, upsets: upsets.toSorted((a, b) => a.at - b.at) };
}

/** The schedules that are a little simpler than one, simplest first. */
export function simpler({ sky, upsets }: Schedule): Schedule[] {
  return upsets.map((_, index) => ({ sky, upsets: upsets.toSpliced(index, 1) }));
}
