import type { Alarm, MetricAlarm } from "../../alarms/model.ts";
import { queriesOf } from "../../alarms/model.ts";
import { keyOf } from "../../alarms/store.ts";
import { drives, type Fault } from "./fault.ts";
import type { How } from "./report.ts";
import type { AlarmStage } from "./stage.ts";

/** What is done to bring an alarm to ALARM. */
export interface Attempt {
  how: How;
  by: string;
  /** Epoch seconds of the alarms' clock. */
  since: number;
}

/** Which alarms are asked for, and what has been tried with each. */
export class Attempts {
  /** What the report is about. */
  readonly asked: Alarm[];
  /** The alarms on metrics that have to be driven for it: for a composite those that it names. */
  readonly metricAlarms: MetricAlarm[];
  /** Why an alarm can't be raised by a fault here. */
  readonly why = new Map<string, string>();
  readonly #stage: AlarmStage;
  readonly #made = new Map<string, Attempt>();

  constructor(stage: AlarmStage, only: string | undefined) {
    const { alarms } = stage.captured;
    this.#stage = stage;
    this.asked = alarms.filter(({ name }) => only === undefined || name === only);
    this.metricAlarms = alarms
      .filter((alarm): alarm is MetricAlarm => alarm.kind === "metric")
      .filter((alarm) => this.asked.some((each) => each === alarm || isNamedBy(alarm, each)));
  }

  of(name: string): Attempt | undefined {
    return this.#made.get(name);
  }

  /** The first one counts. */
  make(name: string, how: How, by: string, since = this.#stage.now): void {
    if (!this.#made.has(name)) this.#made.set(name, { how, by, since });
  }

  /**
   * The alarms that a fault is to raise: those that no earlier fault was meant for. An alarm whose figure is fed
   * belongs to no fault.
   */
  meantFor(fault: Fault): MetricAlarm[] {
    return this.metricAlarms.filter((alarm) => {
      const attempt = this.#made.get(alarm.name);
      const isFed = queriesOf(alarm).some(({ metric }) => this.#stage.fed.has(keyOf(metric)));
      return !isFed && drives(fault, alarm) && (!attempt || attempt.by === fault.name);
    });
  }

  /** Those that nothing has been tried with. */
  untried(): MetricAlarm[] {
    return this.metricAlarms.filter(({ name }) => !this.#made.has(name));
  }

  wasRaised({ name }: MetricAlarm): boolean {
    const since = this.#made.get(name)?.since ?? 0;
    const { transitions, engine } = this.#stage;
    if (engine.state(name) === "ALARM") return true;
    return transitions.some(({ alarm, to, at }) => alarm.name === name && to === "ALARM" && at >= since);
  }
}

function isNamedBy({ arn }: MetricAlarm, asked: Alarm): boolean {
  return asked.kind === "composite" && asked.ruleText.includes(`"${arn}"`);
}
