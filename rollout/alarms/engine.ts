import { evaluate, evaluatedEvery } from "./evaluate.ts";
import type { Alarm, AlarmState, CompositeAlarm, MetricAlarm } from "./model.ts";
import { holds } from "./rule.ts";
import type { MetricStore } from "./store.ts";

/** An alarm that went from one state to another, and whom that tells. */
export interface Transition {
  alarm: Alarm;
  from: AlarmState;
  to: AlarmState;
  /** Epoch seconds. */
  at: number;
  reason: string;
  /** ARNs of topics. */
  topics: string[];
}

const MINUTE = 60;

/**
 * All alarms of a stack and their states, on a clock of the caller's. An alarm acts only when its state changes
 * (CloudWatch User Guide, "Alarm actions").
 */
export class AlarmEngine {
  readonly #alarms: readonly Alarm[];
  readonly #store: MetricStore;
  readonly #states = new Map<string, AlarmState>();
  #at: number;

  /**
   * @param alarms looked at anew each minute: whoever holds the list may put one in or take one out
   * @param at epoch seconds: since when the alarms exist, rounded down to the minute
   */
  constructor(alarms: readonly Alarm[], store: MetricStore, at: number) {
    this.#alarms = alarms;
    this.#store = store;
    this.#at = wholeMinute(at);
  }

  /** @param alarm its name or ARN. A new alarm, and one that nobody knows, is in INSUFFICIENT_DATA. */
  state(alarm: string): AlarmState {
    const known = this.#alarms.find(({ name, arn }) => name === alarm || arn === alarm);
    return (known && this.#states.get(known.name)) ?? "INSUFFICIENT_DATA";
  }

  /**
   * Evaluates every whole minute up to a moment, in order.
   *
   * @param to epoch seconds
   * @param every more seconds than a minute leave the looks between out: for one who passes days
   */
  advance(to: number, every = MINUTE): Transition[] {
    const transitions: Transition[] = [];
    for (; this.#at + MINUTE <= to; ) {
      this.#at += MINUTE;
      if (this.#at % every !== 0) continue;
      for (const alarm of this.#alarms) {
        if (alarm.kind === "metric" && this.#at % evaluatedEvery(alarm) === 0)
          transitions.push(...this.#judge(alarm));
      }
      transitions.push(...this.#judgeComposites());
    }
    return transitions;
  }

  #judge(alarm: MetricAlarm): Transition[] {
    const { state, reason } = evaluate(alarm, this.#store, this.#at);
    return state === "retain" ? [] : this.#move(alarm, state, reason);
  }

  /** A composite may depend on another composite, so it goes round until nothing changes any more. */
  #judgeComposites(): Transition[] {
    const composites = this.#alarms.filter((alarm): alarm is CompositeAlarm => alarm.kind === "composite");
    const transitions: Transition[] = [];
    for (let round = 0; round < composites.length; round += 1) {
      const changed = composites.flatMap((alarm) => {
        const to = holds(alarm.rule, (named) => this.state(named)) ? "ALARM" : "OK";
        return this.#move(alarm, to, `${alarm.name} is ${to} by its rule: ${alarm.ruleText}`);
      });
      if (changed.length === 0) break;
      transitions.push(...changed);
    }
    return transitions;
  }

  #move(alarm: Alarm, to: AlarmState, reason: string): Transition[] {
    const from = this.state(alarm.name);
    if (from === to) return [];
    this.#states.set(alarm.name, to);
    return [{ alarm, from, to, at: this.#at, reason, topics: alarm.actions[to] }];
  }
}

function wholeMinute(epochSecond: number): number {
  return Math.floor(epochSecond / MINUTE) * MINUTE;
}
