import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { mockClient } from "aws-sdk-client-mock";
import type { TrackCounts } from "../../rollout/platforms/platform.ts";
import type { World } from "./simulated-world.ts";

const MINUTE = 60;
const DAY = 86_400;
/** By then a minute's figures are there. */
const LATE_SECONDS = 90;
/** Of an answer, as of AWS's; few, so that there are pages. */
const MOST_POINTS = 5_000;

/**
 * A CloudWatch that counts what a {@link World} serves, minute by minute, by the rules of AWS's API reference ("GetMetricData",
 * "MetricStat"): answers in pages, no more than 500 metrics a call, nothing for a minute without events, and nothing at all for a
 * period that isn't kept any more.
 */
export function simulatedCloudWatch(world: World, trackOf: (targetGroup: string) => string) {
  const mock = mockClient(CloudWatchClient);
  const minutes = new Map<number, Record<string, TrackCounts>>();
  let counted = 0;

  function count(): void {
    const { seconds } = world;
    for (; counted < seconds.length; counted += 1) {
      const { epochSecond, tracks } = seconds[counted]!;
      if (!world.hasMetrics(epochSecond)) continue;
      const minute = epochSecond - (epochSecond % MINUTE);
      const known = minutes.get(minute) ?? {};
      minutes.set(minute, known);
      for (const [track, counts] of Object.entries(tracks)) known[track] = sum(known[track], counts);
    }
  }

  mock.on(GetMetricDataCommand).callsFake(({ MetricDataQueries, StartTime, EndTime, NextToken }) => {
    const queries = MetricDataQueries as MetricDataQuery[];
    if (queries.length > 500) throw new Error("ValidationError: more than 500 metrics");
    count();
    const now = world.now / 1000;
    const [from, to] = [StartTime, EndTime].map((time: Date) => time.getTime() / 1000) as [number, number];
    const points = queries.flatMap(({ Id, MetricStat }) => {
      const { Period, Stat, Metric } = MetricStat!;
      if (now - from >= 15 * DAY && Period! % 300 !== 0) return [];
      const name = Metric!.Dimensions!.find(({ Name }) => Name === "TargetGroup")!.Value!;
      const found: { id: string; at: number; value: number }[] = [];
      for (let at = from; at < to; at += Period!) {
        const value = figureOf(Metric!.MetricName!, Stat!, over(trackOf(name), at, at + Period!, now));
        if (value !== undefined) found.push({ id: Id!, at, value });
      }
      return found;
    });
    const begin = Number(NextToken ?? 0);
    const page = points.slice(begin, begin + MOST_POINTS);
    const isLast = begin + MOST_POINTS >= points.length;
    return {
      ...(!isLast && { NextToken: String(begin + MOST_POINTS) }),
      MetricDataResults: queries.map(({ Id }) => {
        const own = page.filter(({ id }) => id === Id);
        return {
          Id,
          StatusCode: isLast ? "Complete" : "PartialData",
          Timestamps: own.map(({ at }) => new Date(at * 1000)),
          Values: own.map(({ value }) => value),
        };
      }),
    };
  });

  function over(track: string, from: number, to: number, now: number): TrackCounts {
    let total: TrackCounts = { requests: 0, errors: 0, slow: 0 };
    for (let minute = from; minute < to; minute += MINUTE)
      if (minute + MINUTE + LATE_SECONDS <= now) total = sum(minutes.get(minute)?.[track], total);
    return total;
  }

  return mock;
}

function sum(a: TrackCounts | undefined, b: TrackCounts): TrackCounts {
  if (!a) return b;
  return { requests: a.requests + b.requests, errors: a.errors + b.errors, slow: a.slow + b.slow };
}

function figureOf(metric: string, stat: string, counts: TrackCounts): number | undefined {
  if (metric === "TargetResponseTime" && stat.startsWith("PR("))
    return counts.requests > 0 ? 100 * (1 - counts.slow / counts.requests) : undefined;
  if (stat !== "Sum") throw new Error(`no ${stat} of ${metric} is simulated`);
  if (metric === "RequestCount") return counts.requests || undefined;
  return metric === "HTTPCode_Target_5XX_Count" ? counts.errors || undefined : undefined;
}
