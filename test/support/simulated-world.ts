import type { Clock } from "../../rollout/clock.ts";
import { type Random, seededRandom } from "../../rollout/load/random.ts";
import type {
  AlarmReading,
  JournalEntry,
  MetricSecond,
  Tally,
  Weights,
} from "../../rollout/platforms/platform.ts";

/** How a track answers at a moment: the shares of its requests that fail and that are slow. */
export type Health = (track: string, second: number) => { errors: number; slow?: number };

/** What outlives a controller that is killed: the cloud, the config, the journal, the time. */
export class World {
  /** Milliseconds since the epoch. */
  now: number;
  config: Weights;
  state: Weights;
  real: Weights;
  stable = "blue";
  servers: Record<string, number> = { blue: 2, green: 2 };
  /** How many servers there can be, whatever is asked for. */
  mostServers = 100;
  /** How many a track may have by its declaration. */
  declaredMost = 100;
  journal: JournalEntry[] = [];
  lockedBy: string | undefined;
  backups: string[] = [];
  migrations: string[] = [];
  deployed: string[] = [];
  drained: string[] = [];
  /** Each act as it was called. */
  calls: { call: string; at: number; intent: number }[] = [];
  /** Every split that the balancer ever had. */
  splits: { at: number; weights: Weights }[] = [];
  requestsPerSecond = 100;
  health: Health = () => ({ errors: 0.001 });
  hasMetrics: (second: number) => boolean = () => true;
  /** What alarms say of a track at a moment; it throws while they can't be read. Left out: there are none. */
  alarms: ((track: string, now: number) => AlarmReading[]) | undefined;
  /** What the business counts of a track in a second. */
  counters: ((track: string, second: number) => Record<string, Tally>) | undefined;
  smoke: { passed: boolean; details: string[] } = { passed: true, details: [] };
  /** Whether a track's smoke tests pass at a moment, asked outside of the rollout's own. */
  serves: (track: string, now: number) => boolean = () => true;
  readonly #random: Random;
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

  move(weights: Weights): void {
    this.real = weights;
    this.splits.push({ at: this.now, weights });
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
    const split = this.splits.findLast(({ at }) => at < (epochSecond + 1) * 1000)?.weights ?? this.real;
    const tracks = Object.entries(split).map(([track, weight]) => {
      const requests = Math.round((this.requestsPerSecond * weight) / 100);
      const { errors, slow = 0 } = this.health(track, epochSecond);
      return [
        track,
        {
          requests,
          errors: this.#hits(requests, errors),
          slow: this.#hits(requests, slow),
          ...(this.counters && { counters: this.counters(track, epochSecond) }),
        },
      ] as const;
    });
    return { epochSecond, tracks: Object.fromEntries(tracks) };
  }

  #hits(requests: number, share: number): number {
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
  readonly #crashAt: number;
  #dead = false;

  constructor(world: World, crashAt = Number.POSITIVE_INFINITY) {
    this.world = world;
    this.#crashAt = crashAt;
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
      now: () => world.now,
      sleep: async (milliseconds) => {
        this.check();
        world.now += milliseconds;
      },
    };
  }
}
