import { nth } from "../../../infra/sure.ts";
import type { Counts } from "../counts.ts";
import { type Stream, tempered } from "./temper.ts";

/**
 * The regressions that evidence is gathered for, as ratios of odds. A mixture over them is nearly as fast for a ratio
 * in between as a test made for that ratio (mixture SPRT: Robbins 1970; Johari, Pekelis, Walsh 2015).
 */
export const RATIOS: readonly number[] = [1.5, 2, 4, 10, 50, 200];

/** The share whose odds are `ratio` times those of `share`. */
export function worse(share: number, ratio: number): number {
  return (ratio * share) / (1 - share + ratio * share);
}

/** The log-evidence of each ratio against "no worse", tempered: `hit[i]` for one success, `other[i]` for one failure. */
export interface Gains {
  stream: Stream;
  /** What these were computed for; -1: nothing yet. */
  share: number;
  phi: number;
  hit: number[];
  other: number[];
}

export function newGains(stream: Stream): Gains {
  return { stream, share: -1, phi: 1, hit: RATIOS.map(() => 0), other: RATIOS.map(() => 0) };
}

/** Computes the gains for a share, unless they are those already. A share of 0 or 1 teaches nothing. */
export function setShare(gains: Gains, share: number, phi: number): void {
  if (gains.share === share && gains.phi === phi) return;
  gains.share = share;
  gains.phi = phi;
  const usable = share > 0 && share < 1;
  for (let i = 0; i < RATIOS.length; i++) {
    const raised = worse(share, nth(RATIOS, i));
    const hit = usable ? Math.log(raised / share) : 0;
    const other = usable ? Math.log((1 - raised) / (1 - share)) : 0;
    const power = usable ? tempered(gains.stream, share, hit, other, phi) : 1;
    gains.hit[i] = power * hit;
    gains.other[i] = power * other;
  }
}

/** The log-evidence of each ratio from `bad` hits in `requests` trials. */
export function logs({ hit, other }: Gains, { requests, bad }: Counts): number[] {
  const result: number[] = [];
  for (let i = 0; i < hit.length; i++) result.push(bad * nth(hit, i) + (requests - bad) * nth(other, i));
  return result;
}
