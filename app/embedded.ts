/** Under it CloudWatch keeps the metrics; a rollout's counters ask for it (rollout/platforms/aws/metrics/counters.ts). */
const namespace = "Rollout/App";

/**
 * A log line in CloudWatch's embedded metric format: CloudWatch makes metrics of such lines by itself, and the rehearsal
 * reads the same lines (CloudWatch User Guide, "Embedded metric format specification").
 *
 * @param now milliseconds since the epoch
 * @param values by the metrics' names, counts
 */
export function embeddedLine(
  now: number,
  dimensions: Record<string, string>,
  values: Record<string, number>,
): string {
  const Metrics = Object.keys(values).map((Name) => ({ Name, Unit: "Count" }));
  const embedded = {
    Timestamp: now,
    CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics }],
  };
  const line = { time: new Date(now).toISOString(), level: "info", message: "counted" };
  return JSON.stringify({ ...line, _aws: embedded, ...dimensions, ...values });
}
