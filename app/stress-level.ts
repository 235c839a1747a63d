import type { Importance } from "./flags-agent.ts";

/** How hard it is on the server: everything is on, only what isn't optional, only what is essential. */
export type Level = "calm" | "strained" | "critical";

/** A level begins at `on` and ends below `off`: between the two it stays as it is. */
const THRESHOLDS = [
  { level: "strained", on: 0.8, off: 0.7 },
  { level: "critical", on: 0.9, off: 0.8 },
] as const;

const LEVELS: readonly Level[] = ["calm", "strained", "critical"];

/**
 * Turns a measured stress, where 1 is as much as the server bears, into a level. It rises at once and falls one level at
 * a time, each only after the stress has been low for the hold time: what was turned off is what made the stress fall,
 * so turning it on again at the first low reading would have it flap.
 */
export class StressLevel {
  readonly #holdMs: number;
  #at = 0;
  #lowSince: number | undefined;

  constructor(holdMs: number) {
    this.#holdMs = holdMs;
  }

  get level(): Level {
    return LEVELS[this.#at]!;
  }

  /** @param nowMs any clock that doesn't go back */
  observe(stress: number, nowMs: number): Level {
    const reached = THRESHOLDS.filter(({ on }) => stress >= on).length;
    const present = THRESHOLDS[this.#at - 1];
    if (reached >= this.#at || !present || stress >= present.off) {
      this.#at = Math.max(this.#at, reached);
      this.#lowSince = undefined;
      return this.level;
    }
    this.#lowSince ??= nowMs;
    if (nowMs - this.#lowSince >= this.#holdMs) {
      this.#at -= 1;
      this.#lowSince = nowMs;
    }
    return this.level;
  }
}

/** Whether a flag of this importance is turned off at this level. */
export function isShed(importance: Importance, level: Level): boolean {
  if (importance === "essential" || level === "calm") return false;
  return level === "critical" || importance === "optional";
}
