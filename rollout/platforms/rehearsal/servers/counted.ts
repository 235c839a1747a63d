import { PROCESS_METRICS } from "../../../../infra/host/processes/metrics.ts";

/** A line of CloudWatch's embedded metric format that counts one of something, which the sampler reads in a log. */
export function countedLine(
  metric: string,
  dimensions: Record<string, string>,
  { namespace = PROCESS_METRICS, value = 1 } = {},
): string {
  return JSON.stringify({
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        { Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics: [{ Name: metric }] },
      ],
    },
    ...dimensions,
    [metric]: value,
  });
}
