import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { clientSettings } from "../../../../infra/aws-client.ts";
import type { Clock } from "../../../clock.ts";
import type { MetricSecond, Metrics } from "../../platform.ts";
import type { StackFacts } from "../deployment.ts";
import { type MetricData, readMetricData } from "./metric-data.ts";
import { idOf, queriesFor, SERIES } from "./metric-queries.ts";
import { countsOf, isTold, type Minute, secondsOf } from "./minutes.ts";
import { periodSince } from "./retention.ts";

export interface BalancerMetricsOptions {
  region: string;
  clock: Clock;
  /** A request that takes longer is slow. */
  limitMs: number;
}

/** CloudWatch gets a minute of the balancer's in parts; after this it has them all. */
const SETTLED_SECONDS = 120;
/** What isn't told by then won't be. */
const FINAL_SECONDS = 300;
/** A day at once: of five tracks' minutes that is a quarter of what an answer holds. */
const MOST_SECONDS = 86_400;

/** What CloudWatch told at once. */
export interface Page extends Metrics {
  more: boolean;
  /** The length of the periods that it told, in seconds. */
  period: number;
}

/** What the tracks served, from the balancer's metrics in CloudWatch. */
export class BalancerMetrics {
  readonly #client: CloudWatchClient;
  readonly #options: BalancerMetricsOptions;

  constructor(options: BalancerMetricsOptions) {
    this.#client = new CloudWatchClient(clientSettings(options.region));
    this.#options = options;
  }

  /**
   * Asks AWS only when another minute can be complete, so callers may ask each second. CloudWatch keeps minutes for
   * some days only: what is older comes in longer periods.
   *
   * @throws when AWS has no full answer
   */
  async since(epochSecond: number, facts: StackFacts): Promise<Page> {
    const now = this.#options.clock.now() / 1000;
    const period = periodSince(epochSecond, now);
    const whole = (second: number) => Math.floor(second / period) * period;
    const from = whole(epochSecond);
    const settled = whole(now - SETTLED_SECONDS);
    const through = Math.min(settled, from + MOST_SECONDS);
    if (through <= from) return { seconds: [], through: epochSecond, more: false, period };
    const { listenerArn, targetGroupArns } = facts;
    const queries = queriesFor(listenerArn, targetGroupArns, this.#options.limitMs, period);
    const data = await readMetricData(this.#client, queries, from, through);
    const tracks = Object.keys(targetGroupArns);
    const seconds: MetricSecond[] = [];
    for (let minute = from; minute < through; minute += period) {
      const told = tracks.map((track) => [track, minuteOf(data, track, minute)] as const);
      const late = now - minute - period < FINAL_SECONDS && !told.every(([, each]) => isTold(each));
      if (late) return { seconds, through: Math.max(minute, epochSecond), more: false, period };
      const counts = told.map(([track, each]) => [track, countsOf(each)] as const);
      for (const second of secondsOf(minute, Object.fromEntries(counts), period))
        if (second.epochSecond >= epochSecond) seconds.push(second);
    }
    return { seconds, through, more: through < settled, period };
  }
}

function minuteOf(data: MetricData, track: string, minute: number): Minute {
  const known = SERIES.map((series) => [series, data.get(idOf(track, series))?.get(minute)] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}
