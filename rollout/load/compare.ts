import { nth } from "../../infra/sure.ts";
import { seededRandom } from "./random.ts";
import type { LoadRun, Second } from "./result.ts";

/** How one figure of a run stands to an earlier run's. */
export interface FigureDifference {
  figure: "p50" | "p95" | "success";
  before: number;
  now: number;
  /** Now by before; for the success now less before, in percent points. */
  change: number;
  /** Where the change lies with 99 %, as far as the runs' own noise tells. */
  interval: [number, number];
  says: "better" | "worse" | "within noise";
}

export interface Comparison {
  /** When the earlier run began. */
  before: string;
  /** Why the runs are hardly alike; empty when they are. */
  unlike: string[];
  /** Empty when a run is too short to tell its noise. */
  differences: FigureDifference[];
}

export const METHOD =
  "block bootstrap of the seconds, 99 % interval: whole blocks are drawn, as neighbouring requests are slow together; " +
  "what differs from day to day isn't in it";

const DRAWS = 1000;
/** Fewer don't tell their own spread. */
const LEAST_BLOCKS = 8;

/**
 * Compares two runs by the block bootstrap (Künsch, "The jackknife and the bootstrap for general stationary
 * observations", Annals of Statistics 17, 1989) with percentile intervals (Efron, 1981). A test that takes requests as
 * independent, such as Mann and Whitney's, would call any pause of the machine a difference.
 */
export function compare(before: LoadRun, now: LoadRun, seed = 1): Comparison {
  const [a, b] = [before, now].map(({ timeline }) => new Blocks(timeline));
  const comparison: Comparison = {
    before: before.startedAt,
    unlike: unlikeness(before, now),
    differences: [],
  };
  if (!a || !b || Math.min(a.count, b.count) < LEAST_BLOCKS || a.empty || b.empty) return comparison;
  const random = seededRandom(seed);
  const even = [a.figures(), b.figures()] as const;
  const draws = Array.from(
    { length: DRAWS },
    () => [a.figures(a.draw(random)), b.figures(b.draw(random))] as const,
  );
  comparison.differences = (["p50", "p95", "success"] as const).map((figure) => {
    const ratio = figure !== "success";
    const change = (was: number, is: number) => (ratio ? is / was : is - was);
    const sorted = draws.map(([was, is]) => change(was[figure], is[figure])).sort((x, y) => x - y);
    const interval: [number, number] = [
      nth(sorted, Math.floor(DRAWS * 0.005)),
      nth(sorted, Math.ceil(DRAWS * 0.995) - 1),
    ];
    const says = verdict(interval, ratio ? 1 : 0, ratio);
    const [was, is] = [even[0][figure], even[1][figure]];
    return { figure, before: was, now: is, change: change(was, is), interval, says };
  });
  return comparison;
}

function verdict(
  [low, high]: [number, number],
  same: number,
  lessIsBetter: boolean,
): FigureDifference["says"] {
  if (low <= same && high >= same) return "within noise";
  return high < same === lessIsBetter ? "better" : "worse";
}

function unlikeness(before: LoadRun, now: LoadRun): string[] {
  const parts = {
    stack: (run: LoadRun) => run.stack,
    profile: (run: LoadRun) => run.profile.name,
    "users and times": ({ profile: { stages, think, arrivals } }: LoadRun) => ({ stages, think, arrivals }),
    journeys: ({ profile }: LoadRun) => profile.journeys,
  };
  const other = Object.entries(parts).flatMap(([name, of]) =>
    JSON.stringify(of(before)) === JSON.stringify(of(now)) ? [] : [`another ${name}`],
  );
  const behind = [before, now].some(({ generator }) => generator.fellBehind);
  return [...other, ...(behind ? ["a load that fell behind"] : [])];
}

/** About thirty blocks of whole seconds, with all latencies sorted once: a draw is then one walk through them. */
class Blocks {
  readonly count: number;
  readonly empty: boolean;
  readonly #latencies: Float64Array;
  /** The block that each latency belongs to. */
  readonly #of: Uint16Array;
  readonly #due: number[];
  readonly #right: number[];

  constructor(timeline: readonly Second[]) {
    const length = Math.max(1, Math.round(timeline.length / 30));
    this.count = Math.ceil(timeline.length / length);
    const all = timeline.flatMap(({ latencies }, index) =>
      latencies.map((latency) => [latency, Math.floor(index / length)] as const),
    );
    all.sort(([x], [y]) => x - y);
    this.empty = all.length === 0;
    this.#latencies = Float64Array.from(all, ([latency]) => latency);
    this.#of = Uint16Array.from(all, ([, block]) => block);
    const sums = (of: (second: Second) => number) =>
      Array.from({ length: this.count }, (_, block) =>
        timeline.slice(block * length, (block + 1) * length).reduce((sum, second) => sum + of(second), 0),
      );
    this.#due = sums(({ due }) => due);
    this.#right = sums(({ latencies }) => latencies.length);
  }

  /** How often each block is drawn, with replacement. Drawn again when no right answer is in it. */
  draw(random: () => number): number[] {
    const times = Array.from({ length: this.count }, () => 0);
    for (let n = 0; n < this.count; n++) {
      const drawn = Math.floor(random() * this.count);
      times[drawn] = nth(times, drawn) + 1;
    }
    return this.#sum(this.#right, times) > 0 ? times : this.draw(random);
  }

  figures(times = Array.from({ length: this.count }, () => 1)) {
    const right = this.#sum(this.#right, times);
    const success = (100 * right) / this.#sum(this.#due, times);
    const [p50 = Number.NaN, p95 = Number.NaN] = this.#ranks(
      [Math.ceil(right * 0.5), Math.ceil(right * 0.95)],
      times,
    );
    return { p50, p95, success };
  }

  #ranks(ranks: number[], times: number[]): number[] {
    const found: number[] = [];
    let behind = 0;
    for (let index = 0; index < this.#of.length && found.length < ranks.length; index++) {
      behind += nth(times, nth(this.#of, index));
      while (found.length < ranks.length && behind >= nth(ranks, found.length))
        found.push(nth(this.#latencies, index));
    }
    return found;
  }

  #sum(of: number[], times: number[]): number {
    return of.reduce((sum, value, block) => sum + value * nth(times, block), 0);
  }
}
