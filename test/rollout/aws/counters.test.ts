import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import {
  businessCounters,
  counterQueries,
  LoggedCounters,
} from "../../../rollout/platforms/aws/metrics/counters.ts";
import type { MetricSecond } from "../../../rollout/platforms/platform.ts";

const gates = { quotes: { bad: "QuotesFailed", total: "QuotesAsked", max: 0.01, min: 50 } };
const MINUTE = Date.UTC(2026, 10, 21, 12) / 1000;
const PAGE = { more: false, period: 60 };
const tracks = ["blue", "green"];

const cloudWatch = mockClient(CloudWatchClient);
beforeEach(() => void cloudWatch.reset());
afterAll(() => cloudWatch.restore());

const counters = (of: typeof gates | Record<string, never> = gates) =>
  new LoggedCounters({ region: "us-east-1", stack: "beta", of: businessCounters(of) });
const second = (epochSecond: number): MetricSecond => ({
  epochSecond,
  tracks: { blue: { requests: 5, errors: 1, slow: 0 }, green: { requests: 0, errors: 0, slow: 0 } },
});
const sum = (seconds: readonly MetricSecond[], track: string) =>
  seconds.reduce(
    (total, each) => {
      const { bad = 0, total: all = 0 } = each.tracks[track]?.counters?.quotes ?? {};
      return { bad: total.bad + bad, total: total.total + all };
    },
    { bad: 0, total: 0 },
  );

describe("what the business counts", () => {
  test("is asked for by stack and track", () => {
    expect(
      counterQueries("beta", tracks, businessCounters(gates)).map(
        ({ Id, MetricStat: m }) =>
          `${Id} ${m!.Metric!.MetricName} ${m!.Metric!.Dimensions!.map(({ Value }) => Value).join(" ")} ${m!.Stat} ${m!.Period}`,
      ),
    ).toEqual([
      "bad_0_0 QuotesFailed beta blue Sum 60",
      "total_0_0 QuotesAsked beta blue Sum 60",
      "bad_1_0 QuotesFailed beta green Sum 60",
      "total_1_0 QuotesAsked beta green Sum 60",
    ]);
  });

  test("joins the balancer's seconds, and every count is kept", async () => {
    const at = [new Date(MINUTE * 1000)];
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [
        { Id: "total_0_0", Timestamps: at, Values: [30], StatusCode: "Complete" },
        { Id: "total_1_0", Timestamps: at, Values: [7], StatusCode: "Complete" },
        { Id: "bad_1_0", Timestamps: at, Values: [3], StatusCode: "Complete" },
      ],
    });
    const told = { seconds: [second(MINUTE), second(MINUTE + 1)], through: MINUTE + 60, ...PAGE };
    const { seconds, through } = await counters().addTo(told, MINUTE, tracks);
    expect(through).toBe(MINUTE + 60);
    expect(sum(seconds, "blue")).toEqual({ bad: 0, total: 30 });
    expect(sum(seconds, "green")).toEqual({ bad: 3, total: 7 });
    expect(seconds[0]!.tracks.blue).toMatchObject({ requests: 5, errors: 1 });
    expect(seconds.map(({ epochSecond }) => epochSecond)).toEqual(
      seconds.map(({ epochSecond }) => epochSecond).toSorted((a, b) => a - b),
    );
    for (const { tracks: each } of seconds) {
      const { bad, total } = each.green!.counters?.quotes ?? { bad: 0, total: 0 };
      expect(bad).toBeLessThanOrEqual(total);
    }
  });

  test("that AWS can't tell in full is an error, and where nothing is counted nothing is asked", async () => {
    const told = { seconds: [], through: MINUTE + 60, ...PAGE };
    expect(await counters({}).addTo(told, MINUTE, tracks)).toBe(told);
    const empty = { seconds: [], through: MINUTE, ...PAGE };
    expect(await counters().addTo(empty, MINUTE, tracks)).toBe(empty);
    expect(cloudWatch.calls()).toHaveLength(0);
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [{ Id: "bad_0_0", StatusCode: "InternalError" }],
    });
    await expect(counters().addTo(told, MINUTE, tracks)).rejects.toThrow("InternalError for bad_0_0");
  });
});
