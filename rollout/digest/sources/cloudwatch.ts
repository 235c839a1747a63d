import { CloudWatchClient, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { clientSettings } from "../../../infra/aws-client.ts";
import { entry } from "../../../infra/sure.ts";
import { UserError } from "../../errors.ts";
import type { StackFacts } from "../../platforms/aws/deployment.ts";
import { type MetricData, readMetricData } from "../../platforms/aws/metrics/metric-data.ts";
import { idOf, queriesFor, SERIES } from "../../platforms/aws/metrics/metric-queries.ts";
import { countsOf, isTold, type Minute } from "../../platforms/aws/metrics/minutes.ts";
import { periodSince } from "../../platforms/aws/metrics/retention.ts";
import { asked as askedFor, type Fact, from as fromFact } from "../fact.ts";
import { STRETCH_MS } from "../period.ts";
import type { Percentiles, TrafficFacts } from "../sources.ts";

interface Asked {
  region: string;
  /** A longer answer is slow. */
  limitMs: number;
  /** Milliseconds, on whole five minutes. */
  from: number;
  to: number;
  now: number;
}

const STRETCH_SECONDS = STRETCH_MS / 1000;
const RANKS = [50, 95, 99] as const;

/**
 * What the tracks served over a day, a week or a month, from the balancer's metrics. Counts are exact: five-minute sums,
 * added up. Percentiles can't be added up, so CloudWatch is asked for one over the whole time.
 *
 * @throws when CloudWatch has no full answer, or no longer
 */
export async function cloudWatchTraffic(facts: StackFacts, asked: Asked): Promise<TrafficFacts> {
  const { from, to, now, limitMs, region } = asked;
  if (periodSince(from / 1000, now / 1000) > STRETCH_SECONDS)
    throw new UserError("CloudWatch keeps five-minute figures for 63 days");
  const { listenerArn, targetGroupArns } = facts;
  const queries = queriesFor(listenerArn, targetGroupArns, limitMs, STRETCH_SECONDS);
  const client = new CloudWatchClient(clientSettings(region));
  const read = (some: MetricDataQuery[]) => readMetricData(client, some, from / 1000, to / 1000);
  const counted = await read(queries);
  // Counts are worth having without them.
  const ranked = await askedFor(() => read(percentileQueries(queries, (to - from) / 1000)));
  const tracks: TrafficFacts["tracks"] = {};
  const hours = new Map<number, { requests: number; errors: number; slow: number }>();
  for (const track of Object.keys(targetGroupArns)) {
    const sum = { requests: 0, errors: 0, slow: 0 };
    for (let at = from; at < to; at += STRETCH_MS) {
      const minute = minuteOf(counted, track, at);
      if (!isTold(minute) && now - at < 2 * STRETCH_MS)
        throw new UserError(
          "CloudWatch hasn't all figures of the last minutes yet: ask again in five minutes",
        );
      const counts = countsOf(minute);
      const hour = hours.get(Math.floor(at / 3_600_000)) ?? { requests: 0, errors: 0, slow: 0 };
      for (const each of ["requests", "errors", "slow"] as const) {
        sum[each] += counts[each];
        hour[each] += counts[each];
      }
      hours.set(Math.floor(at / 3_600_000), hour);
    }
    tracks[track] = { ...sum, latency: fromFact(ranked, (data) => latencyOf(data, track, from)) };
  }
  return { tracks, hours: [...hours.values()].filter(({ requests }) => requests > 0) };
}

/** The same metric that tells the slow answers, by three of its percentiles. */
function percentileQueries(queries: MetricDataQuery[], Period: number): MetricDataQuery[] {
  return queries
    .flatMap(({ Id, MetricStat }) => (Id?.endsWith("_fast") && MetricStat ? [{ Id, MetricStat }] : []))
    .flatMap(({ Id, MetricStat }) =>
      RANKS.map((rank) => ({
        Id: Id.replace(/_fast$/, `_p${rank}`),
        MetricStat: { ...MetricStat, Period, Stat: `p${rank}` },
      })),
    );
}

function latencyOf(data: MetricData, track: string, from: number): Fact<Percentiles> {
  const [p50, p95, p99] = RANKS.map((rank) => {
    const values = entry(data, `${track}_p${rank}`);
    // More than one value: it has laid its periods in another way, and no one of them is the whole time's.
    return values.size === 1 ? values.get(from / 1000) : undefined;
  });
  if (p50 === undefined || p95 === undefined || p99 === undefined)
    return { unknown: "CloudWatch has no percentile over just this time" };
  return { p50: p50 * 1000, p95: p95 * 1000, p99: p99 * 1000 };
}

function minuteOf(data: MetricData, track: string, at: number): Minute {
  const known = SERIES.map((series) => [series, entry(data, idOf(track, series)).get(at / 1000)] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}
