import type { Clock } from "../../rollout/clock.ts";
import type { JournalEntry } from "../../rollout/core/journal.ts";
import { shareOf } from "../../rollout/core/weights.ts";
import { type RunResult, run } from "../../rollout/run/run.ts";
import { type CallName, type How, simulatedPlatform } from "../support/simulated-platform.ts";
import { planFor, thresholds } from "../support/simulated-run.ts";
import { Crash, Life, World } from "../support/simulated-world.ts";
import type { Schedule } from "./schedule.ts";
import { isRead, kindsFor, type Stage } from "./upsets.ts";

/** Stable keeps its sessions for a part of the last bake. */
export const DRAIN = { mostSeconds: 4, idleSeconds: 2 };
const PLAN = {
  ...planFor([
    { weight: 50, bake: 5 },
    { weight: 100, bake: 5 },
  ]),
  drain: DRAIN,
  migration: { contracts: true },
};
/** Nothing in a run waits so long in all, if each of its waits is bounded; in milliseconds of the world's time. */
const MOST_MS = 3 * 3600_000;
const MOST_CALLS = 6_000;
const MOST_LIVES = 8;

/** A process that ran the rollout, and how it ended. */
export interface Ending {
  result?: RunResult;
  /** What it threw. */
  error?: Error;
  at: number;
}

/** What became of a schedule. */
export interface Story {
  schedule: Schedule;
  world: World;
  endings: Ending[];
  told: { entry: JournalEntry; how: "page" | "tell"; at: number }[];
  /** What went wrong, in order, for people. */
  upsets: string[];
  /** How long the upsets together may have kept the controller from seeing and acting, in milliseconds. */
  heldMs: number;
  /** When the candidate broke, by the world's time; undefined: never. */
  brokenAt: number | undefined;
  /** When a step was passed by the gates. */
  passed: number[];
  calls: number;
}

export async function play(schedule: Schedule, trace?: (line: string) => void): Promise<Story> {
  return new Player(schedule, trace).play();
}

class Player {
  readonly #schedule: Schedule;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #world = new World();
  readonly #began: number;
  readonly #story: Story;
  /** Controllers that have taken over, and those of them that stand still until the one they overtook has ended. */
  readonly #others: Promise<void>[] = [];
  readonly #waiting = new Map<Life, (() => void)[]>();
  readonly #overtaken = new Set<Life>();
  #calls = 0;
  #next = 0;
  #throttledUntil = 0;
  #controllers = 0;

  constructor(schedule: Schedule, trace?: (line: string) => void) {
    const world = this.#world;
    Object.assign(world, { requestsPerSecond: 40, exact: true, held: () => 0.2 });
    this.#schedule = schedule;
    this.#trace = trace;
    this.#began = world.now;
    schedule.sky.prepare?.(world);
    this.#story = {
      schedule,
      world,
      endings: [],
      told: [],
      upsets: [],
      heldMs: schedule.sky.waitsMs ?? 0,
      brokenAt: undefined,
      passed: [],
      calls: 0,
    };
    for (let after = 0; after <= 60_000 && this.#story.brokenAt === undefined; after += 500)
      if (schedule.sky.isSick(after)) this.#story.brokenAt = this.#began + after;
  }

  async play(): Promise<Story> {
    // After each that died or broke off a new one, as whoever runs it would start one.
    for (let life = 0; life < MOST_LIVES; life += 1) {
      const ending = await this.#live(life, Number.POSITIVE_INFINITY);
      await Promise.all(this.#others);
      if (ending.result || this.#story.endings.at(-1)?.result) break;
      this.#world.lockedBy = undefined;
      this.#world.advance(3_000);
    }
    this.#story.calls = this.#calls;
    return this.#story;
  }

  /** @param pauseAfter after so many calls of its own it stands still until `resumed` */
  async #live(
    number: number,
    pauseAfter: number,
    paused?: () => void,
    resumed?: Promise<void>,
  ): Promise<Ending> {
    const world = this.#world;
    const life = new Life(world);
    let own = 0;
    const interfere = async (call: CallName, half: number): Promise<How | undefined> => {
      own += 1;
      if (own === pauseAfter) {
        paused?.();
        await resumed;
      }
      return this.#upset(call, half, life);
    };
    life.intent = null;
    const platform = simulatedPlatform(life, interfere);
    const clock: Clock = {
      ...life.clock,
      sleep: (milliseconds) => {
        // The world has one time: whoever waits moves it on for all.
        if (this.#overtaken.has(life)) this.#story.heldMs += milliseconds;
        return life.clock.sleep(milliseconds);
      },
    };
    const ending = await run({
      platform,
      judge: thresholds,
      owner: nameOf(number),
      begin: { rollout: "r1", stable: "blue", candidate: "green", plan: PLAN },
      clock,
      heard: (entry) => {
        if (entry.by === nameOf(number)) this.#heard(entry, life);
        this.#said(`${nameOf(number)}: ${JSON.stringify(entry)}`);
      },
      notify: async (entry, how) => {
        life.check();
        this.#story.told.push({ entry, how, at: world.now });
      },
    })
      .then((result): Ending => {
        life.check();
        return { result, at: world.now };
      })
      .then(
        (ending) => ending,
        (error: Error): Ending => ({ error, at: world.now }),
      );
    this.#said(`${nameOf(number)} ends: ${ending.result?.outcome ?? ending.error?.message}`);
    for (const resume of this.#waiting.get(life) ?? []) resume();
    if (!(ending.error instanceof Crash)) this.#story.endings.push(ending);
    return ending;
  }

  #heard(entry: JournalEntry, life: Life): void {
    const { id } = entry as { id?: number };
    if (entry.kind === "passed" && !entry.skipped) {
      // When it was decided: a process may have stood still since.
      this.#story.passed.push(this.#world.now - (life.clock.now() - entry.at));
    }
    life.intent = entry.kind === "intent" ? `${id} of ${entry.by}` : id === undefined ? life.intent : null;
  }

  async #upset(call: CallName, half: number, life: Life): Promise<How | undefined> {
    const { upsets } = this.#schedule;
    const world = this.#world;
    const at = this.#calls;
    this.#calls += 1;
    if (at > MOST_CALLS || world.now - this.#began > MOST_MS + this.#story.heldMs)
      throw new Error("the run doesn't end");
    const throttled = isRead(call) && world.now < this.#throttledUntil;
    let how: How | undefined = throttled ? "before" : undefined;
    while (upsets[this.#next] && upsets[this.#next]!.at <= at) {
      const { what } = upsets[this.#next]!;
      this.#next += 1;
      const kinds = kindsFor(call, half);
      const kind = kinds[what % kinds.length]!;
      this.#story.upsets.push(`${at} ${call}${half > 0 ? `, half ${half}` : ""}: ${kind.name}`);
      this.#said(`-- ${this.#story.upsets.at(-1)}`);
      how = (await kind.do(this.#stageOf(life))) ?? how;
    }
    this.#said(`${at} ${call}${half > 0 ? ` ${half}` : ""} ${how ?? ""}`);
    // What it had sent on its way before comes when it comes: to the others it is as if somebody moved the weights.
    if (this.#overtaken.has(life) && !isRead(call)) world.meddled.push(world.now);
    return how;
  }

  #stageOf(life: Life): Stage {
    const world = this.#world;
    return {
      world,
      life,
      hold: (milliseconds) => {
        this.#story.heldMs += milliseconds;
      },
      kill: () => {
        this.#story.heldMs += 2_000;
        life.kill();
      },
      throttle: (milliseconds) => {
        this.#throttledUntil = world.now + milliseconds;
      },
      breakCandidate: () => {
        const before = world.health;
        const from = Math.ceil(world.now / 1000);
        this.#story.brokenAt ??= world.now;
        world.health = (track, second) =>
          track === "green" && second >= from ? { errors: 0.4 } : before(track, second);
      },
      takeOver: (calls, knows) => this.#takeOver(life, calls, knows),
    };
  }

  async #takeOver(life: Life, calls: number, knows: boolean): Promise<void> {
    this.#story.heldMs += 2_000;
    this.#overtaken.add(life);
    if (knows) life.ousted.abort(new Error("the lease is lost"));
    this.#world.lockedBy = undefined;
    const { promise: paused, resolve: pause } = Promise.withResolvers<void>();
    const { promise: resumed, resolve: resume } = Promise.withResolvers<void>();
    this.#controllers += 1;
    const other = this.#live(100 * this.#controllers, calls, pause, resumed).then(() => {});
    this.#others.push(other);
    this.#waiting.set(life, [...(this.#waiting.get(life) ?? []), resume]);
    await Promise.race([paused, other]);
  }

  #said(line: string): void {
    const seconds = ((this.#world.now - this.#began) / 1000).toFixed(2);
    const weights = `${shareOf(this.#world.config, "green")}/${shareOf(this.#world.real, "green")}`;
    this.#trace?.(`${seconds.padStart(9)} ${weights.padStart(7)} ${line}`);
  }
}

function nameOf(life: number): string {
  return `controller ${life}`;
}
