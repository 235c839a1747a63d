import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  GetMetricDataCommand,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, expect, test } from "vitest";
import { alarmHistory } from "../../../rollout/digest/sources/alarm-history.ts";
import { cloudWatchTraffic } from "../../../rollout/digest/sources/cloudwatch.ts";
import { factsOf } from "../../../rollout/platforms/aws/deployment.ts";
import { deployment } from "../aws/example.ts";

const cloudWatch = mockClient(CloudWatchClient);
const facts = factsOf(deployment());
const MINUTE = 60_000;
const to = Date.UTC(2026, 10, 21, 12, 0);
const from = to - 24 * 60 * MINUTE;
const asked = { region: "us-east-1", limitMs: 500, from, to, now: to + 10 * MINUTE };

beforeEach(() => cloudWatch.reset());
afterAll(() => cloudWatch.restore());

/** Answers each query by its id and period; without values where there is no event, as CloudWatch does. */
function answer(valuesOf: (id: string, period: number) => [at: number, value: number][]): void {
  cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [] }) => ({
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }: MetricDataQuery) => {
      const values = valuesOf(Id!, MetricStat!.Period!);
      return {
        Id,
        StatusCode: "Complete",
        Timestamps: values.map(([at]) => new Date(at)),
        Values: values.map(([, value]) => value),
      };
    }),
  }));
}

const counted: Record<string, [number, number][]> = {
  blue_requests: [
    [from, 1000],
    [from + 65 * MINUTE, 500],
  ],
  blue_errors: [[from + 65 * MINUTE, 5]],
  blue_unreached: [[from + 65 * MINUTE, 2]],
  blue_fast: [
    [from, 99],
    [from + 65 * MINUTE, 100],
  ],
};
const ranks: Record<string, number> = { blue_p50: 0.04, blue_p95: 0.2, blue_p99: 0.9 };

test("counts are five-minute sums added up, percentiles are CloudWatch's over the whole day", async () => {
  answer((id, period) => {
    if (id in ranks) return period === 86_400 ? [[from, ranks[id]!]] : [];
    return period === 300 ? (counted[id] ?? []) : [];
  });
  expect(await cloudWatchTraffic(facts, asked)).toEqual({
    tracks: {
      blue: { requests: 1500, errors: 7, slow: 10, latency: { p50: 40, p95: 200, p99: 900 } },
      green: {
        requests: 0,
        errors: 0,
        slow: 0,
        latency: { unknown: "CloudWatch has no percentile over just this time" },
      },
    },
    hours: [
      { requests: 1000, errors: 0, slow: 10 },
      { requests: 500, errors: 7, slow: 0 },
    ],
  });
});

test("percentiles over other times than asked for are unknown, and so are those that it refuses; the counts stand", async () => {
  answer((id) => {
    if (!(id in ranks)) return counted[id] ?? [];
    return [
      [from, 0.1],
      [from + 60 * MINUTE, 0.2],
    ];
  });
  const { tracks } = await cloudWatchTraffic(facts, asked);
  expect(tracks.blue).toMatchObject({ requests: 1500, latency: { unknown: expect.any(String) } });
  cloudWatch.reset();
  cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [] }) => {
    if (MetricDataQueries[0].MetricStat.Period !== 300) throw new Error("the period is too long");
    return {
      MetricDataResults: [{ Id: "blue_requests", StatusCode: "Complete", Timestamps: [], Values: [] }],
    };
  });
  const refused = await cloudWatchTraffic(facts, asked);
  expect(refused.tracks.blue!.latency).toEqual({ unknown: "the period is too long" });
});

test("what CloudWatch doesn't tell in full, or no longer, is no count", async () => {
  answer(() => []);
  await expect(cloudWatchTraffic(facts, { ...asked, now: to + 64 * 86_400_000 })).rejects.toThrow("63 days");
  cloudWatch.reset();
  cloudWatch.on(GetMetricDataCommand).resolves({
    MetricDataResults: [{ Id: "blue_requests", StatusCode: "InternalError", Timestamps: [], Values: [] }],
  });
  await expect(cloudWatchTraffic(facts, asked)).rejects.toThrow("InternalError for blue_requests");
  answer((id) => (id === "blue_requests" ? [[to - 5 * MINUTE, 10]] : []));
  await expect(cloudWatchTraffic(facts, { ...asked, now: to + MINUTE })).rejects.toThrow(
    "hasn't all figures",
  );
});

test("the history of the stack's own alarms, page by page", async () => {
  const item = (AlarmName: string, minutes: number, old: string, young: string) => ({
    AlarmName,
    Timestamp: new Date(from + minutes * MINUTE),
    HistoryData: JSON.stringify({ oldState: { stateValue: old }, newState: { stateValue: young } }),
  });
  cloudWatch
    .on(DescribeAlarmHistoryCommand)
    .resolvesOnce({
      AlarmHistoryItems: [item("beta-a", 9, "ALARM", "OK"), item("other", 1, "OK", "ALARM")],
      NextToken: "2",
    })
    .resolvesOnce({ AlarmHistoryItems: [item("beta-a", 4, "OK", "ALARM")] });
  const options = { region: "us-east-1", from, to, now: to };
  expect(await alarmHistory(new Set(["beta-a"]), options)).toEqual([
    { at: from + 4 * MINUTE, alarm: "beta-a", from: "OK", to: "ALARM" },
    { at: from + 9 * MINUTE, alarm: "beta-a", from: "ALARM", to: "OK" },
  ]);
  await expect(alarmHistory(new Set(), { ...options, now: to + 31 * 86_400_000 })).rejects.toThrow("30 days");
});
