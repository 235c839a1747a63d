import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { clientSettings } from "../../../aws-client.ts";
import type { Clock } from "../../../clock.ts";
import type { MetricSecond, Metrics } from "../../platform.ts";
import type { StackFacts } from "../deployment.ts";
import { type MetricData, readMetricData } from "./metric-data.ts";
import { idOf, queriesFor, SERIES } from "./metric-queries.ts";
import { countsOf, isTold, type Minute, secondsOf } from "./minutes.ts";

export interface MetricsOptions {
  region: string;
  clock: Clock;
  /** A request that takes longer is slow. */
  limitMs: number;
}

/** CloudWatch gets a minute of the balancer's in parts; after this it has them all. */
const SETTLED_SECONDS = 120;
/** What isn't told by then won't be. */
const FINAL_SECONDS = 300;
/** Five hours at once, far below what an answer holds. */
const MOST_MINUTES = 300;

/** What the tracks served, from the balancer's metrics in CloudWatch. */
export class BalancerMetrics {
  readonly #client: CloudWatchClient;
  readonly #options: MetricsOptions;

  constructor(options: MetricsOptions) {
    this.#client = new CloudWatchClient(clientSettings(options.region));
    this.#options = options;
  }

  /** Asks AWS only when another minute can be complete: callers may ask each second. @throws when AWS has no full answer */
  async since(epochSecond: number, facts: StackFacts): Promise<Metrics> {
    const from = Math.floor(epochSecond / 60) * 60;
    const now = this.#options.clock.now() / 1000;
    const settled = Math.floor((now - SETTLED_SECONDS) / 60) * 60;
    const through = Math.min(settled, from + MOST_MINUTES * 60);
    if (through <= from) return { seconds: [], through: epochSecond };
    const { listenerArn, targetGroupArns } = facts;
    const queries = queriesFor(listenerArn, targetGroupArns, this.#options.limitMs);
    const data = await readMetricData(this.#client, queries, from, through);
    const tracks = Object.keys(targetGroupArns);
    const seconds: MetricSecond[] = [];
    for (const minute of minutesBetween(from, through)) {
      const told = tracks.map((track) => [track, minuteOf(data, track, minute)] as const);
      const late = now - minute - 60 < FINAL_SECONDS && !told.every(([, each]) => isTold(each));
      if (late) return { seconds: after(epochSecond, seconds), through: Math.max(minute, epochSecond) };
      const counts = told.map(([track, each]) => [track, countsOf(each)] as const);
      seconds.push(...secondsOf(minute, Object.fromEntries(counts)));
    }
    return { seconds: after(epochSecond, seconds), through };
  }
}

function after(epochSecond: number, seconds: MetricSecond[]): MetricSecond[] {
  return seconds.filter((each) => each.epochSecond >= epochSecond);
}

function minutesBetween(from: number, through: number): number[] {
  return Array.from({ length: (through - from) / 60 }, (_, index) => from + index * 60);
}

function minuteOf(data: MetricData, track: string, minute: number): Minute {
  const known = SERIES.map((series) => [series, data.get(idOf(track, series))?.get(minute)] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}
