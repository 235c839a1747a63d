import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudWatchClient, type MetricDatum, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { Listener } from "../../rollout/platforms/aws/listener.ts";
import { queriesFor } from "../../rollout/platforms/aws/metric-queries.ts";
import { sharesOf } from "../../rollout/platforms/aws/split.ts";
import type { MadeStack } from "./stack.ts";

/** Of all tracks together. */
const REQUESTS_A_MINUTE = 6_000;
const FAST_SECONDS = 0.05;
const SLOW_SECONDS = 0.9;

/** What the balancer does with users' requests, as far as a rollout sees it: metrics, and answers to testers. */
export class Traffic {
  /** The share of a track's requests that fail. */
  readonly failing: Record<string, number> = {};
  /** What each track answers on /version. */
  readonly versions: Record<string, string> = {};
  readonly #stack: MadeStack;
  readonly #listener: Listener;
  readonly #metrics: CloudWatchClient;
  #told: number | undefined;

  /** @param endpoint where metrics are put */
  constructor(stack: MadeStack, endpoint: string) {
    this.#stack = stack;
    this.#listener = new Listener("us-east-1", stack.listenerArn);
    this.#metrics = new CloudWatchClient({ endpoint });
  }

  /** Puts the metrics of the minutes that have ended by then, split as the listener is. @param at milliseconds since the epoch */
  async until(at: number): Promise<void> {
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

  /** The stack's public name, with the sample app behind it: who names a track by header gets that track's answer. */
  async listen(): Promise<{ url: string; server: Server }> {
    const server = createServer((request, response) => {
      const track = String(request.headers["x-rollout-track"] ?? "");
      const checks = { database: { ok: true }, cache: { ok: true } };
      response.setHeader("x-track", track);
      switch (request.url) {
        case "/health":
          return response.end(JSON.stringify({ status: "ok", checks }));
        case "/version":
          return response.end(JSON.stringify({ version: this.versions[track] }));
        case "/quotes":
          return response.writeHead(201, { location: "/quotes/1" }).end();
        default:
          response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
      }
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
  }
}
