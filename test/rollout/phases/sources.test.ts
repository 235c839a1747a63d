import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { judgePhase } from "../../../rollout/phases/judge.ts";
import { parsePhases } from "../../../rollout/phases/parse.ts";
import { CloudWatchFigures } from "../../../rollout/phases/sources/cloudwatch.ts";
import { askPrometheus } from "../../../rollout/phases/sources/prometheus.ts";
import { readSources } from "../../../rollout/phases/sources/read.ts";
import { phaseText } from "../../../rollout/phases/text.ts";

const vector = (...values: string[]) => ({
  status: "success",
  data: { resultType: "vector", result: values.map((value) => ({ metric: {}, value: [1.5, value] })) },
});

/** Answers as the documentation of Prometheus' API has it, by the query. */
const ANSWERS: Record<string, [status: number, body: unknown]> = {
  one: [200, vector("0.3")],
  scalar: [200, { status: "success", data: { resultType: "scalar", result: [1.5, "7"] } }],
  none: [200, vector()],
  two: [200, vector("1", "2")],
  nan: [200, vector("NaN")],
  matrix: [200, { status: "success", data: { resultType: "matrix", result: [] } }],
  wrong: [400, { status: "error", errorType: "bad_data", error: "parse error: unexpected end" }],
  proxy: [502, "<html>"],
  yes: [200, vector("1")],
};

const asked: { path: string; authorization: string | undefined }[] = [];
const server = createServer((request, response) => {
  const url = new URL(request.url!, "http://x");
  asked.push({ path: url.pathname, authorization: request.headers.authorization });
  const [status, body] = ANSWERS[url.searchParams.get("query")!]!;
  response.writeHead(status);
  response.end(typeof body === "string" ? body : JSON.stringify(body));
});
let address = "";
beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe("Prometheus", () => {
  test("is asked for one figure, under a path of its own and with a token too", async () => {
    expect(await askPrometheus(address, "one")).toBe(0.3);
    expect(await askPrometheus(`${address}/prometheus/`, "scalar", "abc")).toBe(7);
    expect(asked).toEqual([
      { path: "/api/v1/query", authorization: undefined },
      { path: "/prometheus/api/v1/query", authorization: "Bearer abc" },
    ]);
  });

  test.each([
    ["none", "the query finds no series"],
    ["two", "the query finds 2 series: aggregate them, such as by sum()"],
    ["nan", "the query gives NaN"],
    ["matrix", "the query gives a matrix, not one figure"],
    ["wrong", "Prometheus refuses the query: parse error: unexpected end"],
    ["proxy", "Prometheus refuses the query: status 502"],
  ])("that answers %j gives none", async (query, message) => {
    await expect(askPrometheus(address, query)).rejects.toThrow(message);
  });

  test("that is away gives none", async () => {
    await expect(askPrometheus("http://127.0.0.1:9", "one")).rejects.toThrow(
      /Prometheus at 127.0.0.1:9 doesn't answer: /,
    );
  });
});

describe("CloudWatch", () => {
  const cloudWatch = mockClient(CloudWatchClient);
  beforeEach(() => void cloudWatch.reset());
  afterAll(() => cloudWatch.restore());
  const figures = new CloudWatchFigures("us-east-1");
  const now = Date.UTC(2026, 10, 21, 12, 0, 30);
  const common = { dimensions: {}, statistic: "Average", over: 3600 };
  const result = (Values: number[], StatusCode: "Complete" | "InternalError" = "Complete") => ({
    MetricDataResults: [{ Id: "figure", Values, StatusCode }],
  });

  test("is asked for a metric or an expression, over the time until now", async () => {
    cloudWatch.on(GetMetricDataCommand).resolves(result([99.95]));
    const metric = { namespace: "AWS/RDS", metric: "CPUUtilization", statistic: "p95" };
    expect(await figures.ask({ ...common, ...metric, dimensions: { Db: "a" } }, now)).toBe(99.95);
    expect(await figures.ask({ ...common, expression: "SUM(METRICS())" }, now)).toBe(99.95);
    const [first, second] = cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input);
    expect(first).toMatchObject({
      StartTime: new Date("2026-11-21T11:00:00Z"),
      EndTime: new Date("2026-11-21T12:00:00Z"),
      MetricDataQueries: [
        {
          MetricStat: {
            Metric: { MetricName: "CPUUtilization", Dimensions: [{ Name: "Db", Value: "a" }] },
            Period: 3600,
            Stat: "p95",
          },
        },
      ],
    });
    expect(second!.MetricDataQueries).toEqual([
      { Id: "figure", Expression: "SUM(METRICS())", Period: 3600, ReturnData: true },
    ]);
  });

  test("that has no figure, or too many, or breaks off, gives none", async () => {
    cloudWatch.on(GetMetricDataCommand).resolvesOnce(result([]));
    await expect(figures.ask({ ...common, expression: "m" }, now)).rejects.toThrow("no figure for that time");
    const [one] = result([1]).MetricDataResults;
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [one!, one!] });
    await expect(figures.ask({ ...common, expression: "m" }, now)).rejects.toThrow("gives 2 series");
    cloudWatch.on(GetMetricDataCommand).resolves(result([1], "InternalError"));
    await expect(figures.ask({ ...common, expression: "m" }, now)).rejects.toThrow("InternalError");
  });
});

describe("a phase's metrics", () => {
  const document = {
    metrics: {
      error_percent: { prometheus: "one" },
      stable_under_load: { prometheus: "yes" },
      uptime_percent: { cloudwatch: { expression: "m", over: "30d" } },
      users: { prometheus: "wrong" },
      product_quality: { prometheus: "one" },
    },
    phases: {
      pilot: {
        description: "The pilot",
        cohort: { everybody: true },
        entry: ["error_percent < 0.5", "stable_under_load == true", "uptime_percent > 99"],
      },
      more: { description: "More", cohort: { everybody: true }, entry: ["users > 5"] },
    },
  };
  const phases = parsePhases("phases.yaml", JSON.stringify(document));
  const prometheus = (query: string) => askPrometheus(address, query);

  test("come from where the file says, and only those that are asked for", async () => {
    const queries: string[] = [];
    const { metrics, unread } = await readSources(phases, ["pilot"], new Map(), {
      prometheus: (query) => {
        queries.push(query);
        return prometheus(query);
      },
      cloudwatch: async ({ over }) => over / 86_400 + 69.9,
    });
    expect(Object.fromEntries(metrics)).toEqual({
      error_percent: 0.3,
      stable_under_load: true,
      uptime_percent: 99.9,
    });
    expect([...unread]).toEqual([]);
    expect(queries).toEqual(["one", "yes"]);
    expect(judgePhase(phases, "pilot", metrics).outcome).toBe("GO");
  });

  test("that were supplied win, and what can't be read is unknown and says why", async () => {
    const supplied = new Map([["error_percent", 0.9]]);
    const { metrics, unread } = await readSources(phases, ["pilot", "more"], supplied, { prometheus });
    expect(metrics.get("error_percent")).toBe(0.9);
    const pilot = judgePhase(phases, "pilot", metrics, unread);
    expect(pilot.outcome).toBe("NO-GO");
    expect(phaseText(pilot)).toContain(
      "unknown  uptime_percent can't be read: it is in CloudWatch: add --cloudwatch REGION",
    );
    const more = judgePhase(phases, "more", metrics, unread);
    expect(more.outcome).toBe("unknown");
    expect(phaseText(more)).toContain("users can't be read: Prometheus refuses the query: parse error");
  });

  test("that must be true or false are 1 or 0", async () => {
    const { unread } = await readSources(phases, ["pilot"], new Map(), { prometheus: async () => 0.5 });
    expect(unread.get("stable_under_load")).toContain("it must be 1 or 0, for true or false, it is 0.5");
    const { metrics } = await readSources(phases, ["pilot"], new Map(), { prometheus: async () => 0 });
    expect(metrics.get("stable_under_load")).toBe(false);
  });

  test.each([
    [
      { error_percent: { prometheus: "a", cloudwatch: { expression: "b" } } },
      "metrics.error_percent: must be {",
    ],
    [{ error_percent: {} }, "metrics.error_percent: must be { prometheus: QUERY } or"],
    [{ launch_score: { prometheus: "a" } }, "is worked out from product_quality"],
    [
      { error_percent: { cloudwatch: { metric: "a" } } },
      "metrics.error_percent.cloudwatch: must be a metric",
    ],
    [
      { error_percent: { cloudwatch: { expression: "a", over: "90s" } } },
      "over: must be a duration of whole minutes",
    ],
    [{ error_percent: { graphite: "a" } }, "metrics.error_percent.graphite: unknown key"],
  ])("with a source such as %j are refused", (metrics, message) => {
    expect(() => parsePhases("phases.yaml", JSON.stringify({ ...document, metrics }))).toThrow(message);
  });
});
