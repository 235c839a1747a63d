import { AlarmEngine, type Transition } from "../../../alarms/engine.ts";
import type { Alarm } from "../../../alarms/model.ts";
import { alarmsIn } from "../../../alarms/rule.ts";
import { MetricStore } from "../../../alarms/store.ts";
import type { Clock } from "../../../clock.ts";
import type { AlarmReading } from "../../platform.ts";
import type { Sample } from "../metrics/sample.ts";

const MINUTE = 60;

/**
 * Captured alarms in real time: each minute of theirs is a minute here. As in the cloud they are there whether or not a
 * rollout is under way, and a new alarm is judged when it is made: the first look stands for the minute before it.
 */
export class PlayedAlarms {
  readonly #alarms: readonly Alarm[];
  readonly #sampler: { take(): Promise<Sample[]> };
  readonly #clock: Clock;
  readonly #keepSeconds: number;
  #store = new MetricStore();
  #engine: AlarmEngine | undefined;
  #lookedAt = 0;
  readonly #last = new Map<string, Transition>();

  constructor(alarms: readonly Alarm[], sampler: { take(): Promise<Sample[]> }, clock: Clock) {
    this.#alarms = alarms;
    this.#sampler = sampler;
    this.#clock = clock;
    this.#keepSeconds = Math.max(0, ...alarms.map(lookback)) + 2 * MINUTE;
  }

  /** A look that fails is a gap in the data, as in the cloud. */
  async look(): Promise<void> {
    // The first samples are the counters' whole past.
    if (!this.#engine) await this.#take();
    const samples = await this.#take();
    const now = this.#clock.now() / 1000;
    // On a clock that was set back the minutes that were judged are still to come: begin anew.
    if (now < this.#lookedAt - MINUTE) this.#forget();
    this.#lookedAt = now;
    const engine = this.#engine ?? new AlarmEngine(this.#alarms, this.#store, now - MINUTE);
    for (const { metric, values } of samples)
      this.#store.add(metric, this.#engine ? now : now - MINUTE, values);
    this.#engine = engine;
    for (const transition of engine.advance(now)) this.#last.set(transition.alarm.arn, transition);
    this.#store.forgetBefore(now - this.#keepSeconds);
  }

  /** @param arn of one of the alarms */
  reading(arn: string): AlarmReading | undefined {
    const alarm = this.#alarms.find((each) => each.arn === arn);
    if (!alarm) return undefined;
    const last = this.#last.get(arn);
    return {
      name: alarm.name,
      state: this.#stateOf(arn),
      reason: alarm.kind === "metric" ? (last?.reason ?? "") : this.#causes(alarm),
      ...(last && { since: last.at * 1000 }),
    };
  }

  #causes({ rule }: Alarm & { kind: "composite" }): string {
    const causes = alarmsIn(rule).filter((part) => this.#stateOf(part) === "ALARM");
    return causes.map((arn) => arn.slice(arn.lastIndexOf(":") + 1)).join(", ");
  }

  #stateOf(alarm: string): AlarmReading["state"] {
    return this.#engine?.state(alarm) ?? "INSUFFICIENT_DATA";
  }

  #take(): Promise<Sample[]> {
    return this.#sampler.take().catch(() => []);
  }

  #forget(): void {
    this.#engine = undefined;
    this.#store = new MetricStore();
    this.#last.clear();
  }
}

/** How far back an alarm looks, in seconds: two periods more than it judges by (see missing.ts). */
function lookback(alarm: Alarm): number {
  return alarm.kind === "metric" ? alarm.periodSeconds * (alarm.evaluationPeriods + 2) : 0;
}
