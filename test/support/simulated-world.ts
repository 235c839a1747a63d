import { type Clock, SteadyTime } from "../../rollout/clock.ts";
import { type Random, seededRandom } from "../../rollout/load/random.ts";
import type {
  AlarmReading,
  JournalEntry,
  MetricSecond,
  SessionCounts,
  Tally,
  TrackCounts,
  Weights,
} from "../../rollout/platforms/platform.ts";

/** How a track answers at a moment: the shares of its requests that fail and that are slow. */
export type Health = (track: string, second: number) => { errors: number; slow?: number };

/** What could be read since a moment. */
export interface Remembered {
  at: number;
  config: Weights;
  state: Weights;
  real: Weights;
  servers: Readonly<Record<string, number>>;
  stable: string;
  draining: Draining;
  led: LedBy;
}

/** The track that each open cohort is led to, by config and balancer. */
export type LedBy = Readonly<Record<"config" | "real", Readonly<Record<string, string>>>>;

/** The track that keeps its sessions without weight, by each of the three places. */
export type Draining = Readonly<Record<"config" | "state" | "real", string | undefined>>;

/** What outlives a controller that is killed: the cloud, the config, the journal, the time. */
export class World {
  /** The true time, in milliseconds since the epoch. */
  now: number;
  /** How far the clock of the controller's machine is ahead of it: somebody set it. */
  clockAheadMs = 0;
  /** Names its last start; undefined: it can't be named. */
  boot: string | undefined = "the first";
  /** For how long that machine was suspended. */
  suspendedMs = 0;
  config: Weights;
  state: Weights;
  real: Weights;
  stable = "blue";
  draining: Draining = { config: undefined, state: undefined, real: undefined };
  led: LedBy = { config: {}, real: {} };
  /** The requests of a track that drains, of all of them, so many milliseconds after it began to. */
  held: (afterMs: number) => number = () => 0;
  servers: Record<string, number> = { blue: 2, green: 2 };
  /** Until then nothing can be written on the controller's machine. */
  diskFullUntil = 0;
  /** How many servers there can be, whatever is asked for. */
  mostServers = 100;
  /** How many a track may have by its declaration. */
  declaredMost = 100;
  journal: JournalEntry[] = [];
  lockedBy: string | undefined;
  backups: string[] = [];
  migrations: string[] = [];
  contracts: { at: number; track: string }[] = [];
  deployed: string[] = [];
  drained: string[] = [];
  /** Each act as it was called. */
  calls: { call: string; at: number; intent: string }[] = [];
  /** When each entry of the journal was written, by the true time. */
  written: number[] = [];
  /** What was drained, and which share of the traffic it had then. */
  drains: { at: number; track: string; share: number }[] = [];
  /** When somebody else moved the weights. */
  meddled: number[] = [];
  /** Every split that the balancer ever had. */
  splits: { at: number; weights: Weights; draining?: string }[] = [];
  requestsPerSecond = 100;
  /** Whether a share of the requests is just that, not a matter of chance. */
  exact = false;
  health: Health = () => ({ errors: 0.001 });
  hasMetrics: (second: number) => boolean = () => true;
  /** What alarms say of a track at a moment; it throws while they can't be read. Left out: there are none. */
  alarms: ((track: string, now: number) => AlarmReading[]) | undefined;
  /** What the business counts of a track in a second. */
  counters: ((track: string, second: number) => Record<string, Tally>) | undefined;
  /** How a track's requests go otherwise than most do, in a second. */
  ways: ((track: string, second: number) => TrackCounts["ways"]) | undefined;
  /** How many sessions begin on a track in a second, and what those that have begun ask for. */
  sessions: ((track: string, weight: number) => SessionCounts) | undefined;
  smoke: { passed: boolean; details: string[] } = { passed: true, details: [] };
  /** Whether a track's smoke tests pass at a moment, asked outside of the rollout's own. */
  serves: (track: string, now: number) => boolean = () => true;
  readonly #random: Random;
  readonly #past: Remembered[] = [];
  readonly #coming: { at: number; what: () => void }[] = [];
  readonly #seconds: MetricSecond[] = [];
  readonly #began: number;

  constructor({
    weights = { blue: 100, green: 0 } as Weights,
    seed = 1,
    now = Date.UTC(2026, 10, 18, 10),
  } = {}) {
    this.now = now;
    this.#began = Math.floor(now / 1000);
    this.config = weights;
    this.state = weights;
    this.real = weights;
    this.#random = seededRandom(seed);
    this.splits.push({ at: now, weights });
  }

  /** Something happens later, whatever the controller does until then. */
  later(afterMs: number, what: () => void): void {
    const at = this.now + afterMs;
    const next = this.#coming.findIndex((each) => each.at > at);
    this.#coming.splice(next < 0 ? this.#coming.length : next, 0, { at, what });
  }

  /** Time passes, and what was to happen in it happens. */
  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let next = this.#coming[0]; next && next.at <= end; next = this.#coming[0]) {
      this.#coming.shift();
      this.now = Math.max(this.now, next.at);
      next.what();
    }
    this.now = Math.max(this.now, end);
  }

  /** Keeps what can be read now, for who reads it late. */
  remember(): Remembered {
    const last = this.#past.at(-1);
    const { now: at, config, state, real, servers, stable, draining, led } = this;
    const same =
      last?.config === config &&
      last.state === state &&
      last.real === real &&
      Object.entries(last.servers).every(([track, count]) => servers[track] === count) &&
      last.stable === stable &&
      last.draining === draining &&
      last.led === led;
    if (last && same) return last;
    const now = { at, config, state, real, servers: { ...servers }, stable, draining, led };
    this.#past.push(now);
    return now;
  }

  /** What could be read so long ago, in milliseconds. */
  before(agoMs: number): Remembered {
    this.remember();
    return this.#past.findLast(({ at }) => at <= this.now - agoMs) ?? this.#past[0]!;
  }

  /** @param draining keeps its sessions without weight */
  move(weights: Weights, draining?: string): void {
    this.real = weights;
    this.draining = { ...this.draining, real: draining };
    this.splits.push({ at: this.now, weights, ...(draining !== undefined && { draining }) });
    this.remember();
  }

  /** Complete seconds; each is made up once, from the split that it had at its end. */
  get seconds(): readonly MetricSecond[] {
    const whole = Math.floor(this.now / 1000);
    for (let at = this.#began + this.#seconds.length; at < whole; at += 1)
      this.#seconds.push(this.#served(at));
    return this.#seconds;
  }

  metricsSince(second: number): MetricSecond[] {
    return this.seconds
      .slice(Math.max(0, second - this.#began))
      .filter(({ epochSecond }) => this.hasMetrics(epochSecond));
  }

  #served(epochSecond: number): MetricSecond {
    const split = this.#sharesAt((epochSecond + 1) * 1000);
    const tracks = Object.entries(split).map(([track, weight]) => {
      const requests = Math.round((this.requestsPerSecond * weight) / 100);
      const { errors, slow = 0 } = this.health(track, epochSecond);
      return [
        track,
        {
          requests,
          errors: this.#hits(requests, errors),
          slow: this.#hits(requests, slow),
          ...(this.ways && { ways: this.ways(track, epochSecond) }),
          ...(this.sessions && { sessions: this.sessions(track, weight) }),
          ...(this.counters && { counters: this.counters(track, epochSecond) }),
        },
      ] as const;
    });
    return { epochSecond, tracks: Object.fromEntries(tracks) };
  }

  /** Of all requests, in percent, at the end of a second. */
  #sharesAt(end: number): Weights {
    const { at = 0, weights = this.real, draining } = this.splits.findLast((split) => split.at < end) ?? {};
    if (draining === undefined) return weights;
    const held = this.held(end - at);
    const others = Object.entries(weights).map(([track, weight]) => [track, weight * (1 - held)] as const);
    return { ...Object.fromEntries(others), [draining]: 100 * held };
  }

  #hits(requests: number, share: number): number {
    if (this.exact) return Math.round(requests * share);
    let hits = 0;
    for (let i = 0; i < requests; i += 1) if (this.#random() < share) hits += 1;
    return hits;
  }
}

/** The controller's process is gone: nothing that it calls does anything any more. */
export class Crash extends Error {
  override name = "Crash";
}

/** One life of the controller's process: it ends at a point, if it is told so, as `kill -9` would end it. */
export class Life {
  readonly world: World;
  /** Points passed; a point lies before, within and after everything that has an effect. */
  points = 0;
  /** Names its open intent, where somebody listens to its journal: one that can't be written is in no other place. */
  intent: string | null | undefined;
  /** Aborts when its lock has passed to another. */
  readonly ousted = new AbortController();
  readonly #crashAt: number;
  readonly #time: SteadyTime;
  #dead = false;

  constructor(world: World, crashAt = Number.POSITIVE_INFINITY) {
    this.world = world;
    this.#crashAt = crashAt;
    this.#time = new SteadyTime({
      wall: () => world.now + world.clockAheadMs,
      running: () => world.now - world.suspendedMs,
      up: () => world.now,
      boot: () => world.boot,
    });
  }

  kill(): void {
    this.#dead = true;
  }

  point(): void {
    if (this.points === this.#crashAt) this.#dead = true;
    this.points += 1;
    if (this.#dead) throw new Crash("killed");
  }

  /** @throws {Crash} when this life is over */
  check(): void {
    if (this.#dead) throw new Crash("killed");
  }

  get clock(): Clock {
    const { world } = this;
    return {
      now: () => this.#time.now(),
      mark: () => this.#time.mark(),
      goOn: (at, mark) => this.#time.goOn(at, mark),
      sleep: async (milliseconds) => {
        this.check();
        world.advance(milliseconds);
      },
    };
  }
}
