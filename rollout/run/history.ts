import type { Clock } from "../clock.ts";
import type { Seen } from "../core/action.ts";
import { bakedAt, type RolloutState } from "../core/state.ts";
import type { AlarmSight, Judge, MetricSecond, Verdict } from "../core/verdict.ts";
import type { Platform } from "../platforms/platform.ts";
import { AlarmWatch } from "./alarm-watch.ts";

/**
 * How much of stable's traffic before the candidate's first is read, in seconds, to know what is usual. A quarter of a day: bursts that
 * are usual show in few of the blocks that their size is learned from.
 */
export const BEFORE_SECONDS = 6 * 3600;

/** The metrics of a rollout, read as they come, and the gates' word on them. */
export class Watch {
  readonly #platform: Platform;
  readonly #judge: Judge;
  readonly #seconds: MetricSecond[] = [];
  readonly #alarms: AlarmWatch;
  #next: number | undefined;
  #heard: number | undefined;

  constructor(platform: Platform, judge: Judge) {
    this.#platform = platform;
    this.#judge = judge;
    this.#alarms = new AlarmWatch(platform);
  }

  /** Metrics that can't be read are no data: the gates say what they make of that. */
  async look(state: RolloutState, clock: Clock): Promise<NonNullable<Seen["gates"]>> {
    const [failure, alarms] = await Promise.all([this.#read(state), this.#alarms.look(state, clock)]);
    const through = (this.#next ?? 0) * 1000;
    const verdict = this.#verdict(state, through, alarms);
    const reason = failure ? `the metrics can't be read (${failure}); ${verdict.reason}` : verdict.reason;
    const { length, steps } = state;
    const heard = this.#heard === undefined ? {} : { heard: (this.#heard + 1) * 1000 };
    return {
      at: clock.now(),
      length,
      through,
      ...heard,
      steps: steps.length,
      verdict: { ...verdict, reason },
    };
  }

  async #read(state: RolloutState): Promise<string | undefined> {
    this.#next ??= Math.floor(state.steps[0]!.from / 1000) - BEFORE_SECONDS;
    try {
      const { seconds, through } = await this.#platform.metrics(this.#next);
      this.#seconds.push(...seconds);
      const served = seconds.findLast(({ tracks }) => (tracks[state.candidate]?.requests ?? 0) > 0);
      this.#heard = served?.epochSecond ?? this.#heard;
      this.#next = Math.max(this.#next, through);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #verdict(state: RolloutState, through: number, alarms: AlarmSight | undefined): Verdict {
    const { stable, candidate } = state;
    const steps = state.steps.map(({ weight, from }) => ({ weight, from: Math.ceil(from / 1000) }));
    return this.#judge({
      stable,
      candidate,
      steps,
      seconds: this.#seconds,
      baked: through >= bakedAt(state),
      ...(alarms && { alarms }),
    });
  }
}
