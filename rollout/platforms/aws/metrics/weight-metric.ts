import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { clientSettings } from "../../../../infra/aws-client.ts";
import { WEIGHT_METRIC } from "../../../../infra/watch/weight-metric.ts";
import type { Weights } from "../../../core/weights.ts";

/** Nothing waits for it, and the next minute's is as good. */
const LIMITS = { connectionTimeout: 2_000, requestTimeout: 4_000, throwOnRequestTimeout: true };

export interface WeightMetricOptions {
  region: string;
  stack: string;
  /** What is said for people. */
  say?: ((text: string) => void) | undefined;
}

/** Tells CloudWatch the tracks' weights, for the stack's dashboard. */
export class WeightMetric {
  readonly #options: WeightMetricOptions;
  readonly #client: CloudWatchClient;
  #hasFailed = false;

  constructor(options: WeightMetricOptions) {
    this.#options = options;
    this.#client = new CloudWatchClient({
      ...clientSettings(options.region),
      requestHandler: LIMITS,
      maxAttempts: 2,
    });
  }

  /**
   * Never throws: a dashboard is no reason to stop. What fails is said once.
   *
   * @param tracks each gets a figure: one without traffic has 0
   */
  async tell(weights: Weights, tracks: readonly string[]): Promise<void> {
    const { stack, say } = this.#options;
    const { namespace: Namespace, name: MetricName } = WEIGHT_METRIC;
    const MetricData = tracks.map((track) => ({
      MetricName,
      Dimensions: [
        { Name: "Stack", Value: stack },
        { Name: "Track", Value: track },
      ],
      Unit: "Percent" as const,
      Value: weights[track] ?? 0,
    }));
    try {
      await this.#client.send(new PutMetricDataCommand({ Namespace, MetricData }));
    } catch (error) {
      if (!this.#hasFailed) say?.(`The dashboard doesn't show the weights: ${(error as Error).message}\n`);
      this.#hasFailed = true;
    }
  }
}
