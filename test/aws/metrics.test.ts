import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../rollout/clock.ts";
import { factsOf } from "../../rollout/platforms/aws/deployment.ts";
import { queriesFor } from "../../rollout/platforms/aws/metrics/metric-queries.ts";
import { BalancerMetrics } from "../../rollout/platforms/aws/metrics/metrics.ts";
import { deployment, GROUPS, LISTENER } from "../rollout/aws/example.ts";
import { Moto, motoThere, skipped } from "./moto.ts";

describe.skipIf(!motoThere)(`${skipped}a CloudWatch that answers`, () => {
  let moto: Moto;
  const facts = factsOf(deployment());
  const metrics = new BalancerMetrics({ region: "us-east-1", clock: systemClock, limitMs: 500 });
  /** The whole minute that ended four minutes ago at least. */
  const minute = Math.floor(Date.now() / 60_000) * 60 - 300;

  beforeAll(async () => {
    moto = await Moto.start();
  });
  afterAll(() => moto?.stop());

  async function put(query: string, value: number, at = minute): Promise<void> {
    const { Metric } = queriesFor(LISTENER, GROUPS, 500).find(({ Id }) => Id === query)!.MetricStat!;
    const { MetricName, Dimensions } = Metric!;
    await new CloudWatchClient({}).send(
      new PutMetricDataCommand({
        Namespace: "AWS/ApplicationELB",
        MetricData: [{ MetricName, Dimensions, Value: value, Timestamp: new Date(at * 1000 + 10_000) }],
      }),
    );
  }

  // moto knows no percentile rank: it fails on response times. Requests that reached no server have none.
  test("tells what each track served, minute by minute", async () => {
    for (const count of [100, 20]) await put("blue_requests", count);
    await put("blue_unreached", 120);
    await put("green_requests", 60, minute + 60);
    await put("green_unreached", 60, minute + 60);
    const { seconds, through } = await metrics.since(minute, facts);
    expect(through).toBeGreaterThanOrEqual(minute + 180);
    const sum = (track: string, from: number) =>
      seconds
        .filter(({ epochSecond }) => epochSecond >= from && epochSecond < from + 60)
        .reduce(
          (all, { tracks }) => [all[0]! + tracks[track]!.requests, all[1]! + tracks[track]!.errors],
          [0, 0],
        );
    expect([sum("blue", minute), sum("blue", minute + 60)]).toEqual([
      [120, 120],
      [0, 0],
    ]);
    expect([sum("green", minute), sum("green", minute + 60)]).toEqual([
      [0, 0],
      [60, 60],
    ]);
  });

  test("is waited for while it hasn't told response times", async () => {
    await put("blue_requests", 10, minute + 120);
    expect((await metrics.since(minute + 120, facts)).through).toBe(minute + 120);
  });

  test("that is gone is an error, not an absence of errors", async () => {
    const elsewhere = process.env.AWS_ENDPOINT_URL;
    process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:9";
    const lost = new BalancerMetrics({ region: "us-east-1", clock: systemClock, limitMs: 500 });
    await expect(lost.since(minute, facts)).rejects.toThrow();
    process.env.AWS_ENDPOINT_URL = elsewhere;
  });
});
