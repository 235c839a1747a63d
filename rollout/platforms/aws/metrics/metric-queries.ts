import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";

/** What is asked for each track and period. */
export const SERIES = ["requests", "errors", "unreached", "fast"] as const;
export type SeriesName = (typeof SERIES)[number];

/**
 * CloudWatch queries for all tracks (ALB User Guide, "CloudWatch metrics for your Application Load
 * Balancer"; CloudWatch User Guide, "Statistics definitions").
 *
 * A server's own 5xx and the connections that the balancer couldn't make to a server are errors: a user got 5xx either
 * way. `fast` is the percentage of requests within the limit: a percentile rank, so that slow requests are counted
 * exactly where a percentile would only say whether the limit holds.
 *
 * @param limitMs a request that takes longer is slow
 * @param period in seconds
 */
export function queriesFor(
  listenerArn: string,
  targetGroupArns: Readonly<Record<string, string>>,
  limitMs: number,
  period = 60,
): MetricDataQuery[] {
  const balancer = /:listener\/(app\/[^/]+\/[^/]+)\/[^/]+$/.exec(listenerArn)?.[1];
  if (!balancer) throw new Error(`not the ARN of a listener: ${listenerArn}`);
  const measures: Record<SeriesName, [metric: string, statistic: string]> = {
    requests: ["RequestCount", "Sum"],
    errors: ["HTTPCode_Target_5XX_Count", "Sum"],
    unreached: ["TargetConnectionErrorCount", "Sum"],
    fast: ["TargetResponseTime", `PR(:${limitMs / 1000})`],
  };
  return Object.entries(targetGroupArns).flatMap(([track, arn]) =>
    SERIES.map((series) => ({
      Id: idOf(track, series),
      MetricStat: {
        Metric: {
          Namespace: "AWS/ApplicationELB",
          MetricName: measures[series][0],
          Dimensions: [
            { Name: "LoadBalancer", Value: balancer },
            { Name: "TargetGroup", Value: arn.slice(arn.lastIndexOf(":") + 1) },
          ],
        },
        Period: period,
        Stat: measures[series][1],
      },
    })),
  );
}

/** Begins with a small letter, as CloudWatch wants it. */
export function idOf(track: string, series: SeriesName): string {
  return `${track}_${series}`;
}
