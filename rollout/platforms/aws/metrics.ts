import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { UserError } from "../../errors.ts";
import type { Clock } from "../../run/clock.ts";
import type { MetricSecond, Metrics } from "../platform.ts";
import { clientSettings } from "./client.ts";
import type { StackFacts } from "./deployment.ts";
import { idOf, queriesFor, SERIES } from "./metric-queries.ts";
import { countsOf, isTold, type Minute, secondsOf } from "./minutes.ts";

export interface MetricsOptions {
  region: string;
  clock: Clock;
  /** A request that takes longer is slow. */
  limitMs: number;
}

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

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
    const data = await this.#data(queries, from, through);
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

  /** Values by query, then by the minute's first second. */
  async #data(
    queries: MetricDataQuery[],
    from: number,
    through: number,
  ): Promise<Map<string, Map<number, number>>> {
    const data = new Map(queries.map(({ Id }) => [Id!, new Map<number, number>()]));
    let token: string | undefined;
    do {
      const answer = await this.#client.send(
        new GetMetricDataCommand({
          MetricDataQueries: queries,
          StartTime: new Date(from * 1000),
          EndTime: new Date(through * 1000),
          ScanBy: "TimestampAscending",
          NextToken: token,
        }),
      );
      token = answer.NextToken;
      for (const {
        Id,
        Timestamps = [],
        Values = [],
        StatusCode,
        Messages = [],
      } of answer.MetricDataResults ?? []) {
        // PartialData with a token: the rest comes on the next page.
        if (StatusCode !== "Complete" && !(StatusCode === "PartialData" && token)) {
          const why = Messages.map((message) => message.Value).join("; ");
          throw new UserError(`CloudWatch answers ${StatusCode} for ${Id}${why && `: ${why}`}`);
        }
        Timestamps.forEach((at, index) => {
          data.get(Id!)!.set(at.getTime() / 1000, Values[index]!);
        });
      }
    } while (token);
    return data;
  }
}

function after(epochSecond: number, seconds: MetricSecond[]): MetricSecond[] {
  return seconds.filter((each) => each.epochSecond >= epochSecond);
}

function minutesBetween(from: number, through: number): number[] {
  return Array.from({ length: (through - from) / 60 }, (_, index) => from + index * 60);
}

function minuteOf(data: Map<string, Map<number, number>>, track: string, minute: number): Minute {
  const known = SERIES.map((series) => [series, data.get(idOf(track, series))?.get(minute)] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}
