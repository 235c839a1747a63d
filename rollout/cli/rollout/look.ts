import { type Clock, systemClock } from "../../clock.ts";
import { replay, targetOf } from "../../core/replay.ts";
import { isWatched, type RolloutState } from "../../core/state.ts";
import type { AlarmSight, Judge } from "../../core/verdict.ts";
import { AlarmWatch } from "../../run/alarm-watch.ts";
import { MetricHistory } from "../../run/history.ts";
import { judgeOf } from "../../run/judge.ts";
import type { LiveSight } from "../../ui/parts.ts";
import type { StatusView } from "../../view/model.ts";
import { statusView } from "../../view/status-view.ts";
import type { StackAtHand } from "../on.ts";

/**
 * Looks at a rollout from outside its run, again and again. The gates are asked with the same counts as the run asks them,
 * and say the same.
 */
export class Onlooker {
  readonly #here: Pick<StackAtHand, "platform" | "stack">;
  readonly #clock: Clock;
  readonly #judging: typeof judgeOf;
  readonly #alarms: AlarmWatch;
  readonly #history: MetricHistory;
  #rollout = "";
  #judge: Judge | undefined;

  /** @param judging what makes a plan's gates */
  constructor(here: Pick<StackAtHand, "platform" | "stack">, clock: Clock = systemClock, judging = judgeOf) {
    this.#here = here;
    this.#clock = clock;
    this.#judging = judging;
    this.#alarms = new AlarmWatch(here.platform);
    this.#history = new MetricHistory((...since) => here.platform.metrics(...since));
  }

  /** As {@link see}, in short. */
  async look(): Promise<StatusView | undefined> {
    return (await this.see())?.view;
  }

  /** What can't be read now is read the next time. @returns undefined when no rollout has begun */
  async see(): Promise<LiveSight | undefined> {
    const { platform, stack } = this.#here;
    const { entries } = await platform.journal.read();
    const state = replay(entries);
    const last = entries.at(-1);
    if (!state || !last) return undefined;
    // By the run's time: what is measured here is kept beside what it measures.
    this.#clock.goOn?.(last.at, last.mark);
    const [real, alarms, unread] = await Promise.all([
      platform.readRealWeights().catch(() => undefined),
      isWatched(state) ? this.#alarms.look(state, this.#clock) : undefined,
      this.#history.read(state).then(
        () => undefined,
        (error: Error) => error.message,
      ),
    ]);
    const { seconds, through } = this.#history;
    const asked = targetOf(state);
    const evidence = this.#evidence(state, alarms);
    const now = this.#clock.now();
    const view = statusView({ stack, state, asked, real, seconds, through, unread, evidence, now });
    return { view, state, entries, seconds, through, alarms };
  }

  #evidence(state: RolloutState, alarms: AlarmSight | undefined): unknown {
    if (!isWatched(state)) return undefined;
    if (state.rollout !== this.#rollout || !this.#judge) {
      this.#rollout = state.rollout;
      this.#judge = this.#judging(state.plan);
    }
    return this.#judge(this.#history.of(state, alarms)).evidence;
  }
}
