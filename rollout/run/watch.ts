import type { Clock } from "../clock.ts";
import type { Seen } from "../core/action.ts";
import type { RolloutState } from "../core/state.ts";
import type { Judge } from "../core/verdict.ts";
import type { Platform } from "../platforms/platform.ts";
import { AlarmWatch } from "./alarm-watch.ts";
import { MetricHistory } from "./history.ts";

/** The metrics of a rollout, read as they come, and the gates' word on them. */
export class Watch {
  readonly #judge: Judge;
  readonly #history: MetricHistory;
  readonly #alarms: AlarmWatch;

  constructor(platform: Platform, judge: Judge) {
    this.#judge = judge;
    this.#history = new MetricHistory((since) => platform.metrics(since));
    this.#alarms = new AlarmWatch(platform);
  }

  /** Metrics that can't be read are no data: the gates say what they make of that. */
  async look(state: RolloutState, clock: Clock): Promise<NonNullable<Seen["gates"]>> {
    const history = this.#history;
    const reading = history.read(state).catch((error: Error) => error.message);
    const [failure, alarms] = await Promise.all([reading, this.#alarms.look(state, clock)]);
    const verdict = this.#judge(history.of(state, alarms));
    const reason = failure ? `the metrics can't be read (${failure}); ${verdict.reason}` : verdict.reason;
    const heard = history.seconds.findLast(({ tracks }) => (tracks[state.candidate]?.requests ?? 0) > 0);
    return {
      at: clock.now(),
      length: state.length,
      through: history.through,
      ...(heard && { heard: (heard.epochSecond + 1) * 1000 }),
      steps: state.steps.length,
      verdict: { ...verdict, reason },
    };
  }
}
