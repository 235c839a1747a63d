import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { clientSettings } from "../../../infra/aws-client.ts";
import type { CloudWatchSource } from "../source.ts";

/** Load this file only when it is needed: it brings the AWS SDK along. */
export class CloudWatchFigures {
  readonly #client: CloudWatchClient;

  constructor(region: string) {
    this.#client = new CloudWatchClient(clientSettings(region));
  }

  /**
   * One figure over the time until now: one period as long as that (Amazon CloudWatch API Reference, `GetMetricData`).
   *
   * @param now in milliseconds since the epoch
   * @throws {Error} when AWS has no full answer, or it isn't one figure
   */
  async ask(source: CloudWatchSource, now: number): Promise<number> {
    const end = Math.floor(now / 60_000) * 60;
    const answer = await this.#client.send(
      new GetMetricDataCommand({
        MetricDataQueries: [queryOf(source)],
        StartTime: new Date((end - source.over) * 1000),
        EndTime: new Date(end * 1000),
        ScanBy: "TimestampDescending",
      }),
    );
    const results = answer.MetricDataResults ?? [];
    if (results.length > 1)
      throw new Error(`the expression gives ${results.length} series: aggregate them, such as by SUM()`);
    const [result] = results;
    if (result?.StatusCode && result.StatusCode !== "Complete") {
      const why = result.Messages?.map(({ Value }) => Value).join("; ");
      throw new Error(`CloudWatch answers ${result.StatusCode}${why ? `: ${why}` : ""}`);
    }
    // Periods begin on multiples of their length, so that the time asked for may lie in two: the later one counts.
    const figure = result?.Values?.[0];
    if (figure === undefined || !Number.isFinite(figure))
      throw new Error("CloudWatch has no figure for that time");
    return figure;
  }
}

function queryOf(source: CloudWatchSource): MetricDataQuery {
  const { expression, namespace, metric, dimensions, statistic, over } = source;
  if (expression !== undefined)
    return { Id: "figure", Expression: expression, Period: over, ReturnData: true };
  return {
    Id: "figure",
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: over,
      Stat: statistic,
    },
    ReturnData: true,
  };
}
