import * as pulumi from "@pulumi/pulumi";
import { clientSettings } from "../aws-client.ts";
import { inUpdate, until, type Waiting } from "./waiting.ts";

/** A metric as an alarm's inputs name it. */
export interface WatchedMetric {
  namespace: string;
  metricName: string;
  dimensions?: Record<string, string>;
}

/** CloudWatch has the balancer's figures two or three minutes late, an agent's after its first minute. */
const WITHIN_MS = 10 * 60_000;
const LOOK_BACK_MS = 15 * 60_000;

/**
 * For alarms that take missing data as bad. Such an alarm goes off minutes after it was made, with its first
 * evaluation, when its metric has no figure yet (CloudWatch User Guide, "Configuring how CloudWatch alarms treat
 * missing data"). So it is made, or pointed at another metric, only once that metric has a figure. Runs in `pulumi
 * up` alone.
 */
export function onceSpeaking(region: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook("metric-speaks", ({ newInputs }) =>
    speaks(newInputs as WatchedMetric, region),
  );
}

/** Never stops an `up`: after ten minutes, or where it can't look, the alarm is made all the same. */
export async function speaks(
  metric: WatchedMetric,
  region: string,
  waiting: Waiting = inUpdate,
): Promise<void> {
  const named = `${metric.metricName} of ${Object.values(metric.dimensions ?? {}).join(", ")}`;
  try {
    const look = await reader(metric, region, waiting);
    const found = await until(
      async () => ((await look()) ? undefined : `the first figure of ${named}`),
      WITHIN_MS,
      waiting,
    );
    if (!found) waiting.warn(`no figure of ${named} in ${WITHIN_MS / 60_000} min: its alarm will go off`);
  } catch (error) {
    waiting.warn(`can't see whether ${named} has figures, its alarm may go off: ${(error as Error).message}`);
  }
}

async function reader(metric: WatchedMetric, region: string, { now }: Waiting) {
  const { CloudWatchClient, GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
  const client = new CloudWatchClient(clientSettings(region));
  const Metric = {
    Namespace: metric.namespace,
    MetricName: metric.metricName,
    Dimensions: Object.entries(metric.dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
  };
  const queries = [{ Id: "figures", MetricStat: { Metric, Period: 60, Stat: "SampleCount" } }];
  return async () => {
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now() - LOOK_BACK_MS),
        EndTime: new Date(now()),
        MetricDataQueries: queries,
      }),
    );
    return MetricDataResults.some(({ Values = [] }) => Values.length > 0);
  };
}
