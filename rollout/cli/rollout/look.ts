import { systemClock } from "../../clock.ts";
import { replay, targetOf } from "../../core/replay.ts";
import type { RolloutState } from "../../core/state.ts";
import type { AlarmSight, Judge, MetricSecond } from "../../core/verdict.ts";
import { AlarmWatch } from "../../run/alarm-watch.ts";
import { BEFORE_SECONDS } from "../../run/history.ts";
import { judgeOf } from "../../run/judge.ts";
import type { StatusView } from "../../view/model.ts";
import { statusView } from "../../view/status-view.ts";
import type { Stage } from "../on.ts";

/**
 * Looks at a rollout from outside its run, again and again. The gates are asked with the same counts as the run asks them,
 * and say the same.
 */
export class Onlooker {
  readonly #stage: Stage;
  readonly #alarms: AlarmWatch;
  #rollout = "";
  #judge: Judge | undefined;
  #seconds: MetricSecond[] = [];
  #next = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#alarms = new AlarmWatch(stage.platform);
  }

  /** @returns undefined when no rollout has begun */
  async look(): Promise<StatusView | undefined> {
    const { platform, stack } = this.#stage;
    const state = replay((await platform.journal.read()).entries);
    if (!state) return undefined;
    if (state.rollout !== this.#rollout) this.#begin(state);
    const [real, alarms] = await Promise.all([
      platform.readRealWeights().catch(() => undefined),
      isJudged(state) ? this.#alarms.look(state, systemClock) : undefined,
      this.#read(),
    ]);
    const evidence = this.#evidence(state, alarms);
    const asked = targetOf(state);
    return statusView({ stack, state, asked, real, seconds: this.#seconds, evidence, now: Date.now() });
  }

  #begin({ rollout, plan, begunAt }: RolloutState): void {
    this.#rollout = rollout;
    this.#judge = judgeOf(plan);
    this.#seconds = [];
    this.#next = Math.floor(begunAt / 1000) - BEFORE_SECONDS;
  }

  /** What can't be read now is read the next time. */
  async #read(): Promise<void> {
    const told = await this.#stage.platform.metrics(this.#next).catch(() => undefined);
    if (!told) return;
    this.#seconds.push(...told.seconds);
    this.#next = Math.max(this.#next, told.through);
  }

  #evidence(state: RolloutState, alarms: AlarmSight | undefined): unknown {
    if (!isJudged(state)) return undefined;
    const { stable, candidate, steps } = state;
    const begun = steps.map(({ weight, from }) => ({ weight, from: Math.ceil(from / 1000) }));
    const history = { stable, candidate, seconds: this.#seconds, steps: begun, baked: false };
    return this.#judge!({ ...history, ...(alarms && { alarms }) }).evidence;
  }
}

/** Whether the gates have something to say. */
function isJudged({ steps, stage }: RolloutState): boolean {
  return ["shift", "bake", "promote"].includes(stage.at) && steps.length > 0;
}
