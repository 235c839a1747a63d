import { AlarmEngine } from "../../../rollout/alarms/engine.ts";
import { type EventRule, matches, messageOf } from "../../../rollout/alarms/events.ts";
import { type Alarm, type AlarmState, type MetricId, queriesOf } from "../../../rollout/alarms/model.ts";
import { alarmEvent } from "../../../rollout/alarms/notice.ts";
import { keyOf, MetricStore } from "../../../rollout/alarms/store.ts";
import { LATE_MINUTES } from "../rules/alarms.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Timeline } from "./timeline.ts";

const MINUTE_MS = 60_000;
/** The longest look back of an alarm, and then some. */
const KEPT_SECONDS = 2 * 86_400;

/** The samples of a metric in the minute before a moment; undefined: there is no figure. */
export type Figures = (metric: MetricId) => number[] | undefined;

/** CloudWatch and EventBridge: figures, alarms by the rules of rules/alarms.ts, and whom they tell. */
export class Watch {
  readonly #timeline: Timeline;
  readonly #mailbox: Mailbox;
  readonly #store = new MetricStore();
  /** Those that are there now, by the engine's list. */
  readonly #alarms: Alarm[] = [];
  readonly #engine: AlarmEngine;
  readonly #rules = new Map<string, EventRule>();
  readonly #metrics = new Map<string, MetricId>();
  readonly #late: { due: number; at: number; metric: MetricId; samples: number[] }[] = [];
  readonly #known = new Map<string, number>();
  readonly transitions: { at: number; alarm: string; to: AlarmState }[] = [];
  readonly #region: string;

  constructor(timeline: Timeline, mailbox: Mailbox, figures: Figures, region: string) {
    this.#timeline = timeline;
    this.#mailbox = mailbox;
    this.#region = region;
    this.#engine = new AlarmEngine(this.#alarms, this.#store, timeline.now() / 1000);
    timeline.every(MINUTE_MS, () => this.#minute(figures));
  }

  /** A metric that somebody may ask for, whether an alarm watches it yet or not. */
  follow(alarm: Alarm): void {
    if (alarm.kind === "composite") return;
    for (const { metric } of queriesOf(alarm)) this.#metrics.set(keyOf(metric), metric);
  }

  put(alarm: Alarm): void {
    this.remove(alarm.name);
    this.#alarms.push(alarm);
  }

  remove(name: string): void {
    const index = this.#alarms.findIndex((each) => each.name === name);
    if (index >= 0) this.#alarms.splice(index, 1);
  }

  putRule(rule: EventRule): void {
    this.#rules.set(rule.name, rule);
  }

  removeRule(name: string): void {
    this.#rules.delete(name);
  }

  /** By name or ARN; undefined: there is none. */
  state(alarm: string): { name: string; state: AlarmState } | undefined {
    const found = this.#alarms.find(({ name, arn }) => name === alarm || arn === alarm);
    return found && { name: found.name, state: this.#engine.state(found.name) };
  }

  /** Those in ALARM now. */
  get on(): string[] {
    return this.#alarms.map(({ name }) => name).filter((name) => this.#engine.state(name) === "ALARM");
  }

  /** Whether a metric had a figure in that time, as far as it is told by now. Milliseconds. */
  hasFigures(metric: MetricId, from: number): boolean {
    return (this.#known.get(keyOf(metric)) ?? Number.NEGATIVE_INFINITY) >= from / 1000;
  }

  /** An event of a service. */
  send(event: object, subject: string): void {
    for (const rule of this.#rules.values())
      if (matches(rule.pattern, event))
        for (const topic of rule.topics)
          this.#mailbox.publish(topic, rule.text ? messageOf(rule, event) : subject);
  }

  #minute(figures: Figures): void {
    const now = this.#timeline.now();
    const seconds = now / 1000;
    for (const metric of this.#metrics.values()) {
      const samples = figures(metric);
      const lateMinutes = metric.namespace === "AWS/ApplicationELB" ? LATE_MINUTES : 0;
      if (samples?.length)
        this.#late.push({ due: now + lateMinutes * MINUTE_MS, at: seconds - 60, metric, samples });
    }
    for (const told of this.#late.filter(({ due }) => due <= now)) {
      this.#store.add(told.metric, told.at, told.samples);
      this.#known.set(keyOf(told.metric), told.at);
    }
    this.#late.splice(0, this.#late.length, ...this.#late.filter(({ due }) => due > now));
    for (const transition of this.#engine.advance(seconds)) {
      const { alarm, from, to } = transition;
      this.transitions.push({ at: now, alarm: alarm.name, to });
      for (const topic of transition.topics)
        this.#mailbox.publish(topic, `${to}: "${alarm.name}": ${transition.reason}`);
      this.send(alarmEvent(transition, this.#region), `${alarm.name} went from ${from} to ${to}`);
    }
    this.#store.forgetBefore(seconds - KEPT_SECONDS);
  }
}
