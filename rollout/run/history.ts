import type { RolloutState } from "../core/state.ts";
import {
  type AlarmSight,
  type History,
  historyFrom,
  historyOf,
  type MetricSecond,
  secondsSince,
} from "../core/verdict.ts";
import type { Metrics } from "../platforms/platform.ts";

/** As {@link Metrics} are asked for: from a second on. */
export type ReadMetrics = (sinceEpochSecond: number, lateSince?: number) => Promise<Metrics>;

/**
 * Metrics from a second on to the last that is complete, however many answers they come in.
 *
 * @param until no more is asked for once they reach to this second
 */
export async function* pagesOf(
  read: ReadMetrics,
  since: number,
  until = Number.POSITIVE_INFINITY,
): AsyncGenerator<Metrics> {
  let told: Metrics;
  for (let next = since; ; next = told.through) {
    told = await read(next);
    yield told;
    if (!told.more || told.through <= next || told.through >= until) return;
  }
}

/** A server that is replaced, or a pause of the app, is over by then. */
const LATELY_SECONDS = 10;
/** Fewer failures may be one user's. */
const FEW = 10;

/**
 * A rollout's metrics from the beginning of its history, read as they come. The run that decides and the commands
 * that only show both read them by this class: that is why they see the same.
 */
export class MetricHistory {
  readonly #read: ReadMetrics;
  #seconds: MetricSecond[] = [];
  #rollout: string | undefined;
  #from = 0;
  #next = 0;
  #period = 1;
  /** What comes later, where some comes sooner. */
  #late: { seconds: MetricSecond[]; next: number } | undefined;

  constructor(read: ReadMetrics) {
    this.#read = read;
  }

  /** Oldest first. */
  get seconds(): readonly MetricSecond[] {
    return this.#seconds;
  }

  /** How long the periods are that the newest were counted in, in seconds. */
  get period(): number {
    return this.#period;
  }

  /** Until when they reach, in milliseconds since the epoch. */
  get through(): number {
    return this.#next * 1000;
  }

  /**
   * Reads what has come since the last time. What one answer told stays, also when the next can't be had.
   *
   * @param until in milliseconds since the epoch: what is later isn't asked for
   * @throws when the metrics can't be read
   */
  async read(state: RolloutState, until?: number): Promise<void> {
    this.#begin(state);
    const ask: ReadMetrics = (since) => this.#read(since, this.#late?.next ?? since);
    for await (const { seconds, through, period = 1, late } of pagesOf(
      ask,
      this.#next,
      until && until / 1000,
    )) {
      for (const second of seconds) this.#seconds.push(second);
      this.#next = Math.max(this.#next, through);
      this.#period = period;
      if (late) this.#takeLate(late);
    }
  }

  /**
   * Until when there was a request to a track, in milliseconds since the epoch; undefined when there was none. Of what is
   * counted by the period nobody knows when in it the request was: until its end.
   */
  heard(track: string): number | undefined {
    const last = this.#seconds.findLast(({ tracks }) => (tracks[track]?.requests ?? 0) > 0);
    return last && (Math.floor(last.epochSecond / this.#period) + 1) * this.#period * 1000;
  }

  /** Whether most of what a track was lately asked for has failed: its servers are away, or as good as that. */
  fails(track: string): boolean {
    const from = this.#next - Math.max(LATELY_SECONDS, this.#period);
    let [requests, errors] = [0, 0];
    for (const { tracks } of secondsSince(this.#seconds, from)) {
      requests += tracks[track]?.requests ?? 0;
      errors += tracks[track]?.errors ?? 0;
    }
    return requests >= FEW && errors > requests / 2;
  }

  /** What the gates judge by. */
  of(state: RolloutState, alarms?: AlarmSight): History {
    const late = this.#late && { seconds: this.#late.seconds, through: this.#late.next * 1000 };
    return historyOf(state, this.#seconds, this.through, {
      ...(alarms && { alarms }),
      ...(late && { late }),
      period: this.#period,
    });
  }

  #takeLate({ seconds, through }: NonNullable<Metrics["late"]>): void {
    this.#late ??= { seconds: [], next: this.#from };
    for (const second of seconds) if (second.epochSecond >= this.#late.next) this.#late.seconds.push(second);
    this.#late.next = Math.max(this.#late.next, through);
  }

  /**
   * Begins anew for another rollout. When the candidate gets its first traffic the history begins later, and what was
   * read from before is dropped.
   */
  #begin(state: RolloutState): void {
    const from = historyFrom(state);
    const rollout = `${state.rollout} ${state.begunAt}`;
    if (rollout === this.#rollout && from === this.#from) return;
    const known = rollout === this.#rollout ? this.#seconds : [];
    this.#seconds = known.filter(({ epochSecond }) => epochSecond >= from);
    this.#next = rollout === this.#rollout ? Math.max(this.#next, from) : from;
    const late = rollout === this.#rollout ? this.#late : undefined;
    this.#late = late && {
      seconds: late.seconds.filter(({ epochSecond }) => epochSecond >= from),
      next: Math.max(late.next, from),
    };
    this.#rollout = rollout;
    this.#from = from;
  }
}
