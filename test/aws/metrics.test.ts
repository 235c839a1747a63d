import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../rollout/clock.ts";
import { addSessions, NO_SESSIONS, type SessionCounts, WAYS } from "../../rollout/core/verdict.ts";
import { factsOf } from "../../rollout/platforms/aws/deployment.ts";
import { LoggedCounters } from "../../rollout/platforms/aws/metrics/counters.ts";
import { queriesFor } from "../../rollout/platforms/aws/metrics/metric-queries.ts";
import { BalancerMetrics } from "../../rollout/platforms/aws/metrics/metrics.ts";
import { ServerSeconds } from "../../rollout/platforms/aws/metrics/server-seconds.ts";
import { ANSWER_TALLIES } from "../../rollout/platforms/aws/metrics/ways.ts";
import { WeightMetric } from "../../rollout/platforms/aws/metrics/weight-metric.ts";
import { metricsIn } from "../../rollout/platforms/rehearsal/metrics/embedded.ts";
import { AccessLogReader } from "../../rollout/platforms/rehearsal/rollout/access-logs.ts";
import { until } from "../../rollout/waiting.ts";
import { counting, PYTHON_THERE } from "../infra/host/answers/counting.ts";
import { deployment, GROUPS, LISTENER } from "../rollout/aws/example.ts";
import { recordStack } from "../support/stacks.ts";
import { Moto, motoThere, skipped } from "./moto.ts";

interface WeightGraph {
  title: string;
  period: number;
  stat: string;
  metrics: string[][];
}

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

  // What the dashboard's graph asks for, figure by figure.
  test("has the weights that a rollout tells, each track's", async () => {
    const said: string[] = [];
    const metric = new WeightMetric({ region: "us-east-1", stack: "beta", say: (text) => said.push(text) });
    await metric.tell({ blue: 75, green: 25 }, ["blue", "green", "teal"]);
    expect(said).toEqual([]);
    const recorded = await recordStack("beta", {});
    const { widgets } = JSON.parse(recorded.one("aws:cloudwatch/dashboard:Dashboard").inputs.dashboardBody);
    const [properties] = (widgets as { properties: WeightGraph }[])
      .map((widget) => widget.properties)
      .filter(({ title }) => title.startsWith("Weight"));
    const MetricDataQueries = [...properties!.metrics, [...properties!.metrics[0]!.slice(0, 5), "teal"]].map(
      ([Namespace, MetricName, stackKey, stack, trackKey, track], index) => ({
        Id: `m${index}`,
        MetricStat: {
          Metric: {
            Namespace,
            MetricName,
            Dimensions: [
              { Name: stackKey, Value: stack },
              { Name: trackKey, Value: track },
            ],
          },
          Period: properties!.period,
          Stat: properties!.stat,
        },
      }),
    );
    const now = Math.floor(Date.now() / 60_000) * 60_000;
    const { MetricDataResults } = await new CloudWatchClient({}).send(
      new GetMetricDataCommand({
        MetricDataQueries,
        StartTime: new Date(now - 120_000),
        EndTime: new Date(now + 120_000),
      }),
    );
    expect(MetricDataResults!.map(({ Values }) => Values)).toEqual([[75], [25], [0]]);
  });

  test("is waited for while it hasn't told response times", async () => {
    await put("blue_requests", 10, minute + 120);
    expect((await metrics.since(minute + 120, facts)).through).toBe(minute + 120);
  });

  // What a server's program writes of nginx's log, as CloudWatch takes it in, and the gates get it.
  test.skipIf(!PYTHON_THERE)(
    "tells how answers went otherwise than most, as the servers' logs have it",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "rollout-answers-"));
      const at = (second: number) =>
        new Date((minute + second) * 1000).toISOString().replace(/\.\d+Z/, "+00:00");
      const line = (second: number, of: object) => {
        const usual = {
          track: "blue",
          status: 200,
          address: "a",
          seconds: 0.1,
          total_seconds: 0.1,
          path: "/",
        };
        return `${JSON.stringify({ time: at(second), ...usual, ...of })}\n`;
      };
      const log = [
        line(1, {}),
        line(2, { status: 404 }),
        line(2, { status: 404 }),
        line(3, { address: "b" }),
        line(4, { address: "b", status: 499, total_seconds: 3 }),
        line(5, { address: "c", status: 302 }),
        ...["first", "first", "again", "held", "held", "held", "led", ""].map((session, index) =>
          line(10 + index, { address: "d", session }),
        ),
      ].join("");
      writeFileSync(join(folder, "access.log"), log);
      const counts = counting(folder);
      const written = () => Promise.resolve(counts.lines().length > 0);
      expect(await until({ everyMs: 50, withinMs: 5_000 }, written)).toBe(true);
      await counts.stop();
      for (const { metric, values } of counts.lines().flatMap(metricsIn))
        await new CloudWatchClient({}).send(
          new PutMetricDataCommand({
            Namespace: metric.namespace,
            MetricData: values.map((Value) => ({
              ...{ MetricName: metric.name, Value, Timestamp: new Date(minute * 1000) },
              Dimensions: Object.entries(metric.dimensions).map(([Name, each]) => ({ Name, Value: each })),
            })),
          }),
        );
      const logged = new LoggedCounters({ region: "us-east-1", stack: "beta", of: ANSWER_TALLIES });
      const told = { seconds: [], through: minute + 60, more: false, period: 60 };
      const { seconds } = await logged.addTo(told, minute, ["blue", "green"]);
      const sums = Object.fromEntries(
        WAYS.map((way) => {
          const tallies = seconds.map(({ tracks }) => tracks.blue?.ways?.[way] ?? { bad: 0, total: 0 });
          const sum = (of: "bad" | "total") => tallies.reduce((all, each) => all + each[of], 0);
          return [way, [sum("bad"), sum("total")]];
        }),
      );
      writeFileSync(join(folder, "blue-1.access.log"), log);
      const rehearsed = new AccessLogReader(folder, 500).read();
      const clients = (way: "3xx" | "4xx") =>
        (["bad", "total"] as const).map((of) =>
          rehearsed.reduce((all, { ways }) => all + (ways?.[way]?.[of] ?? 0), 0),
        );
      expect(sums).toEqual({
        "3xx": clients("3xx"),
        "4xx": clients("4xx"),
        unfinished: [1, 14],
        cut: [0, 14],
      });
      const summed = (all: readonly (SessionCounts | undefined)[]) =>
        all.reduce<SessionCounts>((sum, each) => addSessions(sum, each ?? NO_SESSIONS), NO_SESSIONS);
      expect(summed(seconds.map(({ tracks }) => tracks.blue?.sessions))).toEqual({
        first: 2,
        again: 1,
        held: 3,
      });
      expect(summed(rehearsed.map(({ counts }) => counts.sessions))).toEqual({ first: 2, again: 1, held: 3 });
      rmSync(folder, { recursive: true });
    },
  );

  // The same, by the second: as CloudWatch's agent sends it, and the controller reads it from the log.
  test.skipIf(!PYTHON_THERE)("tells by the second what the servers have written", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rollout-seconds-"));
    const from = Math.floor(Date.now() / 1000) - 20;
    const line = (second: number, of: object) =>
      `${JSON.stringify({ time: new Date((from + second) * 1000).toISOString().replace("Z", "+00:00"), track: "blue", address: "a", status: 200, seconds: 0.1, total_seconds: 0.1, path: "/", ...of })}\n`;
    const log = [
      {},
      { status: 500 },
      { status: 502 },
      { address: "b", seconds: 0.501 },
      { address: "c", seconds: 0.5 },
    ];
    writeFileSync(join(folder, "access.log"), log.map((of, index) => line(index, of)).join(""));
    const counts = counting(folder);
    const asked = async () =>
      counts.secondLines().reduce((all, { seconds }) => all + Object.keys(seconds).length, 0) === log.length;
    expect(await until({ everyMs: 50, withinMs: 5_000 }, asked)).toBe(true);
    await counts.stop();
    const logGroupName = "/rollout/beta/seconds";
    const client = new CloudWatchLogsClient({});
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    for (const server of ["i-1", "i-2"]) {
      const logStreamName = `blue/${server}`;
      await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
      const logEvents = counts
        .secondLines()
        .map((each) => ({ timestamp: Date.now(), message: JSON.stringify(each) }));
      await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    }
    const servers = new ServerSeconds({
      ...{ region: "us-east-1", clock: systemClock, logGroup: logGroupName, limitMs: 500 },
    });
    const { seconds, through } = await servers.since(from, { blue: 90, green: 0 });
    expect(through).toBeGreaterThan(from + log.length);
    const all = seconds.map(({ tracks }) => tracks.blue!);
    const sum = (of: (counts: (typeof all)[number]) => number) =>
      all.reduce((sum, each) => sum + of(each), 0);
    expect([sum(({ requests }) => requests), sum(({ errors }) => errors), sum(({ slow }) => slow)]).toEqual([
      10, 4, 2,
    ]);
    // The same client failed at both servers, and again: he counts once.
    expect(sum(({ clients }) => clients!.bad)).toBe(1);
    expect(Object.keys(all[0]!.servers!)).toEqual(["i-1", "i-2"]);
    expect(all[0]!.servers!["i-1"]).toMatchObject({ began: from });
    // A track with users that has told nothing: nothing is known of all.
    expect((await servers.since(from, { blue: 90, green: 10 })).through).toBe(Number.NEGATIVE_INFINITY);
    rmSync(folder, { recursive: true });
  });

  test("that is gone is an error, not an absence of errors", async () => {
    const elsewhere = process.env.AWS_ENDPOINT_URL;
    process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:9";
    const lost = new BalancerMetrics({ region: "us-east-1", clock: systemClock, limitMs: 500 });
    await expect(lost.since(minute, facts)).rejects.toThrow();
    process.env.AWS_ENDPOINT_URL = elsewhere;
  });
});
