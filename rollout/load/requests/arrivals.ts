import type { Ramp } from "../profile/stages.ts";
import type { Random } from "../random.ts";

/** When requests are due, whatever becomes of the ones before. */
export interface Arrivals {
  /** Milliseconds after the start, never less than the one before; undefined when no more is due. */
  next(): number | undefined;
}

/** Request number n is due n / rate seconds after the start, for ever. */
export function evenArrivals(ratePerSecond: number): Arrivals {
  let count = 0;
  return { next: () => (count++ * 1000) / ratePerSecond };
}

/**
 * Arrivals of a number of users that changes over time, each with one request every think time on average.
 *
 * Many users who don't wait for each other arrive as a Poisson process (Palm and Khintchine), and so they do here: the
 * next arrival is where the expected number of requests has grown by a draw of the unit exponential distribution (Cinlar,
 * "Introduction to Stochastic Processes", 1975: inversion of the cumulated rate). Exact for ramps too, as the cumulated
 * rate of a ramp is a parabola. `constant` grows by one each time instead.
 */
export function rampArrivals(
  ramps: readonly Ramp[],
  thinkMs: number,
  kind: "poisson" | "constant",
  random: Random,
): Arrivals {
  let index = 0;
  /** How much of the present ramp's expected number is behind. */
  let behind = 0;
  let first = true;
  const step = () => (kind === "poisson" ? -Math.log(1 - random()) : first ? 0.5 : 1);
  return {
    next() {
      behind += step();
      first = false;
      for (let ramp = ramps[index]; ramp; ramp = ramps[++index]) {
        const expected = expectedIn(ramp, thinkMs);
        if (behind < expected) return ramp.fromMs + whenReached(ramp, thinkMs, behind);
        behind -= expected;
      }
      return undefined;
    },
  };
}

/** The number of requests to expect in a ramp. */
export function expectedIn({ fromMs, toMs, fromUsers, toUsers }: Ramp, thinkMs: number): number {
  return ((toMs - fromMs) * (fromUsers + toUsers)) / 2 / thinkMs;
}

/** Solves `growth t² / 2 + rate t = count`, in the form that doesn't divide by a growth of 0. */
function whenReached({ fromMs, toMs, fromUsers, toUsers }: Ramp, thinkMs: number, count: number): number {
  const rate = fromUsers / thinkMs;
  const growth = (toUsers - fromUsers) / (toMs - fromMs) / thinkMs;
  const root = Math.sqrt(Math.max(0, rate * rate + 2 * growth * count));
  return count === 0 ? 0 : (2 * count) / (rate + root);
}
