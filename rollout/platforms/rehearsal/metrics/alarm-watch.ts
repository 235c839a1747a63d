import { entry } from "../../../../infra/sure.ts";
import { alarmsOf } from "../../../alarms/capture.ts";
import { AlarmEngine, type Transition } from "../../../alarms/engine.ts";
import type { AlarmState } from "../../../alarms/model.ts";
import { alarmsIn } from "../../../alarms/rule.ts";
import { MetricStore } from "../../../alarms/store.ts";
import type { Clock } from "../../../clock.ts";
import type { Graph } from "../../../graph/model.ts";
import type { Sample } from "./sampler.ts";

/** A track's alarm as it stands, as a gate reads it (see AlarmReading in core/verdict.ts). */
export interface TrackAlarm {
  name: string;
  state: AlarmState;
  reason: string;
  /** Milliseconds since the epoch. */
  since?: number;
}

/** How often the rehearsal is looked at, in milliseconds: several samples go into a minute. */
const EVERY_MS = 5_000;

/**
 * The captured alarms of a running rehearsal in real time: each minute of theirs is a minute here. The first verdicts come
 * with the first whole minute.
 */
export class AlarmWatch {
  readonly #graph: Graph;
  readonly #sampler: { take(): Promise<Sample[]> };
  readonly #clock: Clock;
  readonly #store = new MetricStore();
  readonly #engine: AlarmEngine;
  readonly #last = new Map<string, Transition>();
  readonly #rules: Map<string, string[]>;

  constructor(graph: Graph, sampler: { take(): Promise<Sample[]> }, clock: Clock) {
    const { alarms } = alarmsOf(graph);
    this.#graph = graph;
    this.#sampler = sampler;
    this.#clock = clock;
    this.#engine = new AlarmEngine(alarms, this.#store, clock.now() / 1000);
    this.#rules = new Map(
      alarms.flatMap((alarm) => (alarm.kind === "composite" ? [[alarm.name, alarmsIn(alarm.rule)]] : [])),
    );
  }

  /** Looks until told to stop. A look that fails is a gap in the data, as in the cloud. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#sampler.take().catch(() => []);
    while (!signal.aborted) {
      await this.#clock.sleep(EVERY_MS);
      await this.look();
    }
  }

  /** One look now; also for a caller with a rhythm of its own. */
  async look(): Promise<Transition[]> {
    const samples = await this.#sampler.take().catch(() => []);
    const now = this.#clock.now() / 1000;
    for (const { metric, values } of samples) this.#store.add(metric, now, values);
    const transitions = this.#engine.advance(now);
    for (const transition of transitions) this.#last.set(transition.alarm.name, transition);
    return transitions;
  }

  /**
   * The track's composite alarm.
   *
   * @throws {RangeError} when the stack has none for the track
   */
  alarms(track: string): TrackAlarm[] {
    const name = compositeOf(this.#graph, track);
    if (!this.#rules.has(name)) throw new RangeError(`the stack has no alarm for track ${track}`);
    const last = this.#last.get(name);
    const causes = entry(this.#rules, name).filter((child) => this.#engine.state(child) === "ALARM");
    const reason = causes.map((arn) => arn.slice(arn.lastIndexOf(":") + 1)).join(", ");
    return [{ name, state: this.#engine.state(name), reason, ...(last && { since: last.at * 1000 }) }];
  }
}

/** As infra/alarms/track.ts names it. */
function compositeOf(graph: Graph, track: string): string {
  return `${graph.stack}-${track}-state`;
}
