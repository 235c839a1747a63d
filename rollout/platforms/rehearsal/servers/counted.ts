import { PROCESS_METRICS } from "../../../../infra/host/processes/metrics.ts";

/**
 * A line of CloudWatch's embedded metric format that counts one of something, which the sampler reads in a log.
 *
 * @param at milliseconds since the epoch; now when left out
 */
export function countedLine(
  metric: string,
  dimensions: Record<string, string>,
  { namespace = PROCESS_METRICS, value = 1, at = Date.now() } = {},
): string {
  return JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        { Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics: [{ Name: metric }] },
      ],
    },
    ...dimensions,
    [metric]: value,
  });
}
