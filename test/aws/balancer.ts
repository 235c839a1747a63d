import { CloudWatchClient, type MetricDatum, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { Listener } from "../../rollout/platforms/aws/balancer/listener.ts";
import { sharesOf } from "../../rollout/platforms/aws/balancer/split.ts";
import { queriesFor } from "../../rollout/platforms/aws/metrics/metric-queries.ts";
import type { MadeStack } from "./stack.ts";

/** Of all tracks together. */
const REQUESTS_A_MINUTE = 6_000;
const FAST_SECONDS = 0.05;
const SLOW_SECONDS = 0.9;

/** What the balancer does with users' requests, as far as a rollout sees it: the metrics. What it answers is door.ts's. */
export class Traffic {
  /** The share of a track's requests that fail. */
  readonly failing: Record<string, number> = {};
  readonly #stack: MadeStack;
  readonly #listener: Listener;
  readonly #metrics: CloudWatchClient;
  #told: number | undefined;
  #telling = Promise.resolve();

  /** @param endpoint where metrics are put */
  constructor(stack: MadeStack, endpoint: string) {
    this.#stack = stack;
    this.#listener = new Listener("us-east-1", stack.listenerArn);
    this.#metrics = new CloudWatchClient({ endpoint });
  }

  /**
   * Puts the metrics of the minutes that have ended by then, split as the listener is. Nobody is told of a minute before all
   * of it is there.
   *
   * @param at milliseconds since the epoch
   */
  until(at: number): Promise<void> {
    this.#telling = this.#telling.then(() => this.#tell(at));
    return this.#telling;
  }

  async #tell(at: number): Promise<void> {
    const minute = Math.floor(at / 60_000) * 60;
    const from = this.#told ?? minute - 300;
    if (from >= minute) return;
    this.#told = minute;
    const shares = sharesOf(await this.#listener.read(), this.#stack.targetGroupArns);
    for (let each = from; each < minute; each += 60) {
      const MetricData = Object.entries(shares).flatMap(([track, share]) => this.#minute(track, share, each));
      await this.#metrics.send(new PutMetricDataCommand({ Namespace: "AWS/ApplicationELB", MetricData }));
    }
  }

  /** As AWS does it, a metric that counts nothing isn't there. */
  #minute(track: string, share: number, minute: number): MetricDatum[] {
    const requests = Math.round((REQUESTS_A_MINUTE * share) / 100);
    const errors = Math.round(requests * (this.failing[track] ?? 0));
    if (requests === 0) return [];
    const slow = Math.round(requests / 200);
    const datum = (series: string, values: object): MetricDatum => {
      const { listenerArn, targetGroupArns } = this.#stack;
      const query = queriesFor(listenerArn, targetGroupArns, 500).find(
        ({ Id }) => Id === `${track}_${series}`,
      )!;
      const { MetricName, Dimensions } = query.MetricStat!.Metric!;
      return { MetricName, Dimensions, Timestamp: new Date(minute * 1000), ...values };
    };
    return [
      datum("requests", { Value: requests }),
      ...(errors > 0 ? [datum("errors", { Value: errors })] : []),
      datum("fast", { Values: [FAST_SECONDS, SLOW_SECONDS], Counts: [requests - slow, slow] }),
    ];
  }
}
