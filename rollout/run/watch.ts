import type { Clock } from "../clock.ts";
import type { Seen } from "../core/action.ts";
import type { RolloutState } from "../core/state.ts";
import type { Judge, Verdict } from "../core/verdict.ts";
import type { Platform } from "../platforms/platform.ts";
import { AlarmWatch } from "./alarm-watch.ts";
import { MetricHistory } from "./history.ts";

/** The metrics of a rollout, read as they come, and the gates' word on them. */
export class Watch {
  readonly #judge: Judge;
  readonly #history: MetricHistory;
  readonly #alarms: AlarmWatch;
  readonly #retest: Retest;

  constructor(platform: Platform, judge: Judge) {
    this.#judge = judge;
    this.#history = new MetricHistory((...since) => platform.metrics(...since));
    this.#alarms = new AlarmWatch(platform);
    this.#retest = new Retest(platform);
  }

  /** Metrics that can't be read are no data: the gates say what they make of that. */
  async look(state: RolloutState, clock: Clock): Promise<NonNullable<Seen["gates"]>> {
    const history = this.#history;
    const reading = history.read(state).catch((error: Error) => error.message);
    const [failure, alarms] = await Promise.all([reading, this.#alarms.look(state, clock)]);
    const judged = this.#judge(history.of(state, alarms));
    const verdict = judged.outcome === "pass" ? await this.#retest.confirm(judged, state, clock) : judged;
    const reason = failure ? `the metrics can't be read (${failure}); ${verdict.reason}` : verdict.reason;
    const heard = history.heard(state.candidate);
    // A day in which it had none is long to go through again and again.
    const drains = state.draining !== undefined;
    const heardStable = drains ? history.heard(state.stable) : undefined;
    return {
      at: clock.now(),
      length: state.length,
      through: history.through,
      ...(heard !== undefined && { heard }),
      ...(heardStable !== undefined && { heardStable }),
      ...(drains && { stableFails: history.fails(state.stable) }),
      steps: state.steps.length,
      verdict: { ...verdict, reason },
    };
  }
}

/** How long a passed test holds, while the step waits for something else. */
const HOLDS_MS = 60_000;
const AGAIN_MS = 1_000;

/**
 * The candidate's smoke tests, asked again before a step passes: what worked without users may have stopped since, and answer
 * quickly and well-formed that there is nothing here.
 */
class Retest {
  readonly #platform: Pick<Platform, "smoke">;
  #passed: { at: number; steps: number; rollout: string } | undefined;

  constructor(platform: Pick<Platform, "smoke">) {
    this.#platform = platform;
  }

  /** @returns the gates' word, unless the tests are against it: one that fails is asked once more, as it proves little */
  async confirm(
    verdict: Verdict,
    { rollout, stable, candidate, steps }: RolloutState,
    clock: Clock,
  ): Promise<Verdict> {
    const last = this.#passed;
    const isSame = last?.rollout === rollout && last.steps === steps.length;
    if (isSame && clock.now() - last.at < HOLDS_MS) return verdict;
    const ask = (track = candidate) =>
      this.#platform.smoke(track).catch((error: Error) => ({ passed: undefined, details: [error.message] }));
    let told = await ask();
    if (!told.passed) {
      await clock.sleep(AGAIN_MS);
      told = await ask();
    }
    if (told.passed) {
      this.#passed = { at: clock.now(), steps: steps.length, rollout };
      return verdict;
    }
    const why = told.details.join("; ");
    if (told.passed === undefined)
      return { ...verdict, outcome: "wait", reason: `its smoke tests can't be asked: ${why}` };
    // What both need is away: that is nobody's fault, and no step is taken meanwhile.
    if (!(await ask(stable)).passed)
      return { ...verdict, outcome: "wait", reason: `its smoke tests fail, and stable's too: ${why}` };
    return { ...verdict, outcome: "fail", reason: `its smoke tests fail again: ${why}` };
  }
}
