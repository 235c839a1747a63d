import type { Clock } from "../clock.ts";
import { sameWeights, type Weights } from "../core/weights.ts";
import type { Platform } from "../platforms/platform.ts";

/** A dashboard's line has a figure for each minute. */
const EVERY_MS = 60_000;

/** Has the platform show the weights where people look: at each change, and each minute. Nobody waits for it. */
export class WeightMarks {
  readonly #platform: Pick<Platform, "showWeights">;
  readonly #clock: Clock;
  #shown: { weights: Weights; at: number } | undefined;
  #showing: Promise<void> | undefined;

  constructor(platform: Pick<Platform, "showWeights">, clock: Clock) {
    this.#platform = platform;
    this.#clock = clock;
  }

  /** @param weights those that were last read back; undefined before the first reading */
  see(weights: Weights | undefined): void {
    if (!weights || !this.#platform.showWeights || this.#showing) return;
    const now = this.#clock.now();
    const { weights: before, at } = this.#shown ?? {};
    const isNew = before === undefined || !sameWeights(before, weights);
    if (!isNew && now - (at ?? now) < EVERY_MS) return;
    this.#shown = { weights, at: now };
    this.#showing = this.#platform
      .showWeights(weights)
      .catch(() => {})
      .finally(() => {
        this.#showing = undefined;
      });
  }

  /** Waits for what is under way. */
  async sent(): Promise<void> {
    await this.#showing;
  }
}
