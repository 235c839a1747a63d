import type { Clock } from "../clock.ts";
import type { RolloutState } from "../core/state.ts";
import type { AlarmSight } from "../core/verdict.ts";
import type { Platform } from "../platforms/platform.ts";

/** Alarms look back over a minute and more: asking each second would tell nothing new, and AWS limits who asks. */
const EVERY_MS = 10_000;

/** Reads the alarms of a rollout's two tracks now and then. */
export class AlarmWatch {
  readonly #platform: Platform;
  #seen: { sight: AlarmSight; at: number; rollout: string } | undefined;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /**
   * What was read last, or now when that is too long ago. A reading that failed is tried again at the next look.
   *
   * @returns undefined where the platform has no alarms
   */
  async look({ rollout, stable, candidate }: RolloutState, clock: Clock): Promise<AlarmSight | undefined> {
    if (!this.#platform.alarms) return undefined;
    const seen = this.#seen;
    const age = clock.now() - (seen?.at ?? 0);
    const fresh = seen && seen.rollout === rollout && age >= 0 && age < EVERY_MS;
    if (fresh && !("error" in seen.sight)) return seen.sight;
    const sight = await this.#read(stable, candidate);
    this.#seen = { sight, at: clock.now(), rollout };
    return sight;
  }

  async #read(stable: string, candidate: string): Promise<AlarmSight> {
    const of = async (track: string) => (await this.#platform.alarms?.(track)) ?? [];
    try {
      // A stack's first release has no other track.
      const others = stable === candidate ? [] : of(stable);
      const [mine, theirs] = await Promise.all([of(candidate), others]);
      return { candidate: mine, stable: theirs };
    } catch (error) {
      return { error: (error as Error).message };
    }
  }
}
