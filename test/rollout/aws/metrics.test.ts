import { CloudWatchClient, GetMetricDataCommand, type MetricDataResult } from "@aws-sdk/client-cloudwatch";
import { mockClient } from "aws-sdk-client-mock";
import * as fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { factsOf } from "../../../rollout/platforms/aws/deployment.ts";
import { queriesFor } from "../../../rollout/platforms/aws/metrics/metric-queries.ts";
import { BalancerMetrics } from "../../../rollout/platforms/aws/metrics/metrics.ts";
import { countsOf, isTold, secondsOf } from "../../../rollout/platforms/aws/metrics/minutes.ts";
import { apiError, deployment, fakeClock, GROUPS, LISTENER } from "./example.ts";

describe("what is asked of CloudWatch", () => {
  const queries = queriesFor(LISTENER, GROUPS, 500);

  test("is per target group and minute, by the names that CloudWatch has for them", () => {
    expect(queries.map(({ Id, MetricStat: m }) => `${Id}: ${m!.Metric!.MetricName} ${m!.Stat}`)).toEqual([
      "blue_requests: RequestCount Sum",
      "blue_errors: HTTPCode_Target_5XX_Count Sum",
      "blue_unreached: TargetConnectionErrorCount Sum",
      "blue_fast: TargetResponseTime PR(:0.5)",
      "green_requests: RequestCount Sum",
      "green_errors: HTTPCode_Target_5XX_Count Sum",
      "green_unreached: TargetConnectionErrorCount Sum",
      "green_fast: TargetResponseTime PR(:0.5)",
    ]);
    expect(queries[0]!.MetricStat).toMatchObject({
      Period: 60,
      Metric: {
        Namespace: "AWS/ApplicationELB",
        Dimensions: [
          { Name: "LoadBalancer", Value: "app/beta-alb-1234567/0123456789abcdef" },
          { Name: "TargetGroup", Value: "targetgroup/beta-blue-1234567/00000000000000bb" },
        ],
      },
    });
  });

  test("needs a listener of an application load balancer", () => {
    expect(() => queriesFor("arn:other", GROUPS, 500)).toThrow("not the ARN of a listener");
  });
});

describe("a minute's counts", () => {
  test.each([
    ["nothing told is nothing happened", {}, { requests: 0, errors: 0, slow: 0 }],
    ["4 % are slow", { requests: 100, fast: 96 }, { requests: 100, errors: 0, slow: 4 }],
    [
      "unreached servers are errors",
      { requests: 10, errors: 1, unreached: 2, fast: 100 },
      { errors: 3, slow: 0 },
    ],
    ["no more errors than requests", { requests: 2, unreached: 5 }, { requests: 2, errors: 2, slow: 0 }],
  ])("%s", (_, minute, expected) => {
    expect(countsOf(minute)).toMatchObject(expected);
  });

  test("that has requests and no response times isn't told yet, or nobody was answered", () => {
    expect(isTold({ requests: 5 })).toBe(false);
    expect(countsOf({ requests: 5 })).toEqual({ requests: 5, errors: 5, slow: 0 });
    for (const told of [{}, { requests: 5, fast: 0 }, { requests: 5, unreached: 5 }]) {
      expect(isTold(told)).toBe(true);
    }
  });
});

test("a minute's seconds have its sums, and never more bad requests than requests", () => {
  const counts = fc.tuple(fc.nat(5000), fc.nat(100), fc.nat(100)).map(([requests, e, s]) => ({
    requests,
    errors: Math.floor((requests * e) / 100),
    slow: Math.floor((requests * s) / 100),
  }));
  fc.assert(
    fc.property(counts, counts, (blue, green) => {
      const seconds = secondsOf(1200, { blue, green });
      const total = { requests: 0, errors: 0, slow: 0 };
      for (const { epochSecond, tracks } of seconds) {
        if (epochSecond < 1200 || epochSecond > 1259) return false;
        for (const { requests, errors, slow } of Object.values(tracks)) {
          if (errors > requests || slow > requests) return false;
        }
        total.requests += tracks.blue!.requests;
        total.errors += tracks.blue!.errors;
        total.slow += tracks.blue!.slow;
      }
      expect(total).toEqual(blue);
      return seconds.every(
        (each, index) => index === 0 || each.epochSecond > seconds[index - 1]!.epochSecond,
      );
    }),
    { numRuns: 200 },
  );
});

describe("metrics", () => {
  const cloudwatch = mockClient(CloudWatchClient);
  afterAll(() => cloudwatch.restore());
  const facts = factsOf(deployment());
  // 12:00:00
  let clock: ReturnType<typeof fakeClock>;
  let metrics: BalancerMetrics;
  const noon = Date.UTC(2026, 10, 21, 12) / 1000;
  beforeEach(() => {
    cloudwatch.reset();
    clock = fakeClock();
    metrics = new BalancerMetrics({ region: "us-east-1", clock, limitMs: 500 });
  });

  const series = (Id: string, values: Record<number, number>, rest: Partial<MetricDataResult> = {}) => ({
    Id,
    Timestamps: Object.keys(values).map((at) => new Date(Number(at) * 1000)),
    Values: Object.values(values),
    StatusCode: "Complete" as const,
    ...rest,
  });
  const answers = (...MetricDataResults: MetricDataResult[]) =>
    cloudwatch.on(GetMetricDataCommand).resolves({ MetricDataResults });

  test("reach to where minutes are settled, and are asked for once a minute", async () => {
    answers(series("blue_requests", { [noon - 180]: 60 }), series("blue_fast", { [noon - 180]: 50 }));
    const { seconds, through } = await metrics.since(noon - 170, facts);
    expect(through).toBe(noon - 120);
    expect(seconds).toHaveLength(50); // the minute's last
    expect(seconds[0]).toMatchObject({ epochSecond: noon - 170, tracks: { blue: { requests: 1 } } });
    const { StartTime, EndTime } = cloudwatch.commandCalls(GetMetricDataCommand)[0]!.args[0].input;
    expect([StartTime, EndTime]).toEqual([new Date((noon - 180) * 1000), new Date((noon - 120) * 1000)]);

    clock.time += 59_000;
    expect(await metrics.since(through, facts)).toMatchObject({ seconds: [], through, more: false });
    expect(cloudwatch.commandCalls(GetMetricDataCommand)).toHaveLength(1);
    clock.time += 1_000;
    expect((await metrics.since(through, facts)).through).toBe(noon - 60);
  });

  test("without requests are no seconds, but time goes on", async () => {
    answers(series("blue_requests", {}));
    expect(await metrics.since(noon - 180, facts)).toMatchObject({ seconds: [], through: noon - 120 });
  });

  test("come in pages", async () => {
    cloudwatch
      .on(GetMetricDataCommand)
      .resolvesOnce({
        NextToken: "more",
        MetricDataResults: [series("blue_requests", { [noon - 180]: 2 }, { StatusCode: "PartialData" })],
      })
      .resolves({ MetricDataResults: [series("blue_fast", { [noon - 180]: 100 })] });
    expect((await metrics.since(noon - 180, facts)).seconds).toHaveLength(2);
  });

  test("wait for response times that are late, but not for ever", async () => {
    answers(
      series("blue_requests", { [noon - 240]: 2, [noon - 180]: 2 }),
      series("blue_fast", { [noon - 240]: 100 }),
    );
    const { seconds, through } = await metrics.since(noon - 240, facts);
    expect([seconds.length, through]).toEqual([2, noon - 180]);
    clock.time += 180_000; // the minute ended 300 s ago
    const [first] = (await metrics.since(through, facts)).seconds;
    expect(first!.tracks.blue).toEqual({ requests: 1, errors: 1, slow: 0 });
  });

  const day = 86_400;

  test("that are behind are fetched a day at a time, and say that there is more", async () => {
    answers();
    const first = await metrics.since(noon - 1.5 * day, facts);
    expect(first).toMatchObject({ through: noon - 0.5 * day, more: true });
    expect(await metrics.since(first.through, facts)).toMatchObject({ through: noon - 120, more: false });
  });

  test("of an answer that is late there is no more for the asking", async () => {
    answers(series("blue_requests", { [noon - 240]: 2 }));
    expect(await metrics.since(noon - 300, facts)).toMatchObject({ through: noon - 240, more: false });
  });

  test.each([
    ["two weeks ago by the minute", 14 * day, 60],
    ["15 days ago by five minutes", 15 * day, 300],
    ["two months ago by five minutes", 62 * day, 300],
    ["63 days ago by the hour", 63 * day, 3600],
  ])("are asked for as they are kept: %s, and no request is lost", async (_, ago, period) => {
    const from = Math.floor((noon - ago) / 3600) * 3600;
    answers(series("blue_requests", { [from]: 5000 }), series("blue_fast", { [from]: 98 }));
    const { seconds, through } = await metrics.since(from, facts);
    expect(through).toBe(from + day);
    const { MetricDataQueries = [] } = cloudwatch.commandCalls(GetMetricDataCommand)[0]!.args[0].input;
    expect(new Set(MetricDataQueries.map(({ MetricStat }) => MetricStat!.Period))).toEqual(new Set([period]));
    expect(seconds.at(-1)!.epochSecond).toBe(from + period - 1);
    const sum = (of: "requests" | "slow") => seconds.reduce((all, { tracks }) => all + tracks.blue![of], 0);
    expect([sum("requests"), sum("slow")]).toEqual([5000, 100]);
  });

  test("that CloudWatch has forgotten are an error, not an absence of requests", async () => {
    await expect(metrics.since(noon - 455 * day, facts)).rejects.toThrow("keeps figures for 455 days");
  });

  test.each([
    ["an error", () => cloudwatch.on(GetMetricDataCommand).rejects(apiError("InternalServiceFault", 500))],
    ["a part without a next page", () => answers(series("blue_requests", {}, { StatusCode: "PartialData" }))],
    ["no access", () => answers(series("blue_requests", {}, { StatusCode: "Forbidden" }))],
  ])("that are incomplete are none: %s", async (_, breaks) => {
    breaks();
    await expect(metrics.since(noon - 180, facts)).rejects.toThrow();
  });
});
