import { alarmsOf, type CapturedAlarms } from "../../alarms/capture.ts";
import { AlarmEngine, type Transition } from "../../alarms/engine.ts";
import { type BusEvent, type EventRule, eventRulesOf, matches, messageOf } from "../../alarms/events.ts";
import type { MetricId } from "../../alarms/model.ts";
import { ACCOUNT, regionOf } from "../../alarms/names.ts";
import { alarmEvent, eventNotification, notificationsOf, type SnsNotification } from "../../alarms/notice.ts";
import { keyOf, MetricStore } from "../../alarms/store.ts";
import type { Sample } from "../../platforms/rehearsal/metrics/sample.ts";
import { Sampler } from "../../platforms/rehearsal/metrics/sampler.ts";
import { rehearsalPlatform } from "../../platforms/rehearsal/rollout/platform.ts";
import type { Room } from "../../platforms/rehearsal/room.ts";
import { type Options, placeIn } from "../../platforms/rehearsal/verbs/options.ts";
import { prepareChange } from "../../platforms/rehearsal/verbs/prepare.ts";
import { DrillStage } from "../stage.ts";
import { type DrillUsers, readsOf, usersOf } from "../users.ts";
import { openEndpoint, post, type SnsEndpoint } from "./endpoint.ts";
import { toEveryTrack } from "./every-track.ts";
import type { Pace } from "./pace.ts";

/** Requests a second and track: enough for each look to count as a minute with traffic. */
const PER_TRACK = 60;
const TIMEOUT_MS = 5_000;
const MINUTE = 60;

/** An event that a rule passed on. */
export interface PassedOn {
  rule: EventRule;
  notifications: SnsNotification[];
}

/** The rehearsal that a drill breaks, its alarms, and a clock that the drill moves. */
export class AlarmStage extends DrillStage {
  readonly captured: CapturedAlarms;
  readonly users: DrillUsers;
  readonly rules: EventRule[];
  readonly engine: AlarmEngine;
  readonly store = new MetricStore();
  readonly sampler: Sampler;
  readonly endpoint: SnsEndpoint;
  readonly region: string;
  readonly transitions: Transition[] = [];
  readonly passedOn: PassedOn[] = [];
  /** Values that take the place of a metric's own, by the metric's key. */
  readonly fed = new Map<string, { metric: MetricId; value: number }>();
  /** When the last backup was completed, epoch seconds of the alarms' clock. */
  backedUpAt: number;
  /** What comes with the next look, such as a backup that has ended. */
  readonly #waiting: Sample[] = [];
  #now: number;
  #backups = 0;

  static async open(options: Options): Promise<AlarmStage> {
    const room = await prepareChange(options, placeIn(options));
    return new AlarmStage(options, room, await openEndpoint());
  }

  private constructor(options: Options, room: Room, endpoint: SnsEndpoint) {
    const tracks = room.plan.tracks.map(({ name }) => name);
    const users = usersOf(options);
    super(options, room, {
      ratePerSecond: PER_TRACK * tracks.length,
      shots: toEveryTrack(
        tracks,
        readsOf(users).map(({ path }) => path),
      ),
      timeoutMs: TIMEOUT_MS,
    });
    this.users = users;
    this.endpoint = endpoint;
    this.captured = alarmsOf(room.graph);
    this.rules = eventRulesOf(room.graph);
    this.region = regionOf(room.graph);
    this.#now = Math.floor(Date.now() / 1000 / MINUTE) * MINUTE;
    this.backedUpAt = this.#now;
    this.engine = new AlarmEngine(this.captured.alarms, this.store, this.#now);
    this.sampler = new Sampler(() => this.room);
  }

  /** Epoch seconds of the alarms' clock. */
  get now(): number {
    return this.#now;
  }

  /** Forgets what was counted until now, as a drill's own work isn't a minute's traffic. */
  async settle(): Promise<void> {
    await this.sampler.take();
  }

  /** One look at the rehearsal, which stands for some minutes of the alarms' clock. */
  async look({ everyMs, minutes, evaluatedEvery }: Pace): Promise<void> {
    await this.wait(everyMs / 1000);
    const samples = this.#withFed([...(await this.sampler.take()), ...this.#waiting]);
    for (let minute = 0; minute < minutes; minute += 1) {
      const once = minute === 0 ? samples : samples.filter((sample) => !this.#waiting.includes(sample));
      for (const { metric, values } of once) this.store.add(metric, this.#now, values);
      this.#now += MINUTE;
      await this.#tell(this.engine.advance(this.#now, evaluatedEvery));
    }
    this.#waiting.length = 0;
  }

  #withFed(samples: Sample[]): Sample[] {
    const own = samples.filter(({ metric }) => !this.fed.has(keyOf(metric)));
    return [...own, ...[...this.fed.values()].map(({ metric, value }) => ({ metric, values: [value] }))];
  }

  async #tell(transitions: Transition[]): Promise<void> {
    for (const transition of transitions) {
      const topics = await this.#pass(alarmEvent(transition, this.region));
      this.transitions.push({ ...transition, topics: [...transition.topics, ...topics] });
      if (transition.to === "ALARM") this.say(`  ${transition.alarm.name} is in ALARM`);
      for (const notification of notificationsOf(transition, this.region))
        await post(this.endpoint.url, notification);
    }
  }

  /** An event of AWS Backup's on the bus: each rule that it meets passes it on to its topics. */
  async emit(detailType: string, detail: Record<string, unknown>): Promise<void> {
    const event: BusEvent = {
      version: "0",
      id: crypto.randomUUID(),
      "detail-type": detailType,
      source: "aws.backup",
      account: ACCOUNT,
      time: new Date(this.#now * 1000).toISOString(),
      region: this.region,
      resources: [],
      detail,
    };
    await this.#pass(event);
  }

  /** @returns the topics that heard of it */
  async #pass(event: BusEvent): Promise<string[]> {
    const met = this.rules.filter(({ pattern }) => matches(pattern, event));
    for (const rule of met) {
      const message = messageOf(rule, event);
      const notifications = rule.topics.map((topic) => eventNotification(topic, message, event.time));
      for (const notification of notifications) await post(this.endpoint.url, notification);
      this.passedOn.push({ rule, notifications });
    }
    return met.flatMap(({ topics }) => topics);
  }

  /** A real backup of the rehearsal's database, and what AWS Backup would report of its end. */
  async backUp(): Promise<boolean> {
    this.#backups += 1;
    const name = `drill-alarms-${Date.now()}-${this.#backups}`;
    const completed = await rehearsalPlatform(this.options)
      .backup(name)
      .then(() => true)
      .catch((error: Error) => {
        this.say(`the backup failed: ${error.message.slice(0, 80)}...`);
        return false;
      });
    if (completed) this.backedUpAt = this.#now;
    this.#waiting.push(this.sampler.backupEnded(completed));
    const state = completed ? "COMPLETED" : "FAILED";
    await this.emit("Backup Job State Change", { backupVaultName: this.sampler.vaultName, state });
    return completed;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.sampler.close();
    await this.endpoint.close();
  }
}
