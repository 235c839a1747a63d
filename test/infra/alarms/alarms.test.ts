import { describe, expect, test } from "vitest";
import { Alarms } from "../../../infra/alarms/alarms.ts";
import type { Process } from "../../../infra/settings/settings.ts";
import { alarmsOf } from "../../../rollout/alarms/capture.ts";
import { evaluate } from "../../../rollout/alarms/evaluate.ts";
import { type MetricAlarm, queriesOf } from "../../../rollout/alarms/model.ts";
import { MetricStore } from "../../../rollout/alarms/store.ts";
import { LOOKS_BACK_SECONDS } from "../../../rollout/run/gates/alarm-gate.ts";
import { type Recorded, type Recording, record } from "../../support/mocks.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm";

const any = { command: ["x"], stopSeconds: 30, memoryMiB: 512 };
const PROCESSES: Process[] = [
  { ...any, name: "nightly", kind: "job", schedule: "rate(1 day)", timeoutSeconds: 60 },
  { ...any, name: "worker", kind: "worker", count: 2, follows: "stable" },
];

function alarms(tracks = ["blue", "green"]): Promise<Recording> {
  return record(() => {
    const { trackAlarmArns, serviceDownArn } = new Alarms("beta", {
      stack: "beta",
      region: "us-east-1",
      after: [],
      service: {
        tracks: tracks.map((name) => ({
          name,
          targetGroupArnSuffix: `targetgroup/${name}`,
          autoscalingGroupName: `group-${name}`,
        })),
        balancerArnSuffix: "app/beta",
        objective: 99.9,
        states: true,
      },
      database: { identifier: "beta-database", instanceClass: "db.t4g.small", storageGiB: 20 },
      cache: { nodeIds: ["beta-001", "beta-002"] },
      certificateArn: "arn:certificate",
      backups: { vaultName: "beta-vault", everyHours: 6 },
      dependencies: ["supplier"],
      controller: { functionName: "beta-controller-1", scheduleGroup: "beta-controller" },
      processes: { all: PROCESSES, scheduleGroup: "beta-jobs" },
      topics: { P1: "arn:p1", P2: "arn:p2", P3: "arn:p3", P4: "arn:p4" },
    });
    return { trackAlarmArns, serviceDownArn };
  });
}

const recorded = await alarms();
const graph = await shippedGraph("prod");
const inputs = (name: string): Recorded["inputs"] => recorded.one(ALARM, name).inputs;

test("what the plans ask to be watched is watched", () => {
  const track = (name: string) =>
    [
      "down",
      "errors",
      "errors-hours",
      "errors-slow",
      "errors-week",
      "hosts-cpu",
      "hosts-disk",
      "hosts-memory",
      "latency",
      "latency-hours",
      "process-worker-crashing",
      "process-worker-restarts",
      "unhealthy",
      "unreached",
      "unreached-hours",
      "unreached-week",
    ].map((each) => `beta-${name}-${each}`);
  expect(
    recorded
      .of(ALARM)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(
    [
      ...track("blue"),
      ...track("green"),
      "beta-backup-failed",
      "beta-backup-missing",
      "beta-balancer-errors",
      "beta-balancer-errors-hours",
      "beta-balancer-errors-week",
      "beta-balancer-failing",
      "beta-balancer-rejected",
      "beta-balancer-unanswered",
      ...[1, 2].flatMap((n) => ["cpu", "evictions", "memory"].map((each) => `beta-cache-${n}-${each}`)),
      "beta-certificate",
      "beta-controller-failing",
      "beta-controller-unstarted",
      "beta-database-connections",
      "beta-database-cpu",
      "beta-database-memory",
      "beta-database-storage",
      "beta-database-transaction-ids",
      "beta-dependency-supplier-failed",
      "beta-dependency-supplier-open",
      "beta-job-nightly-failed",
      "beta-job-nightly-late",
      "beta-jobs-unsent",
    ].toSorted(),
  );
});

describe("every alarm", () => {
  test.each(recorded.of(ALARM).map(({ name, inputs }) => [name, inputs] as const))("%s", (_, each) => {
    // It tells the topic of the severity that it names at its beginning; at its end the rules do.
    const severity = /^(P\d) of beta, answer /.exec(each.alarmDescription)?.[1]?.toLowerCase();
    expect(each.alarmActions).toEqual([`arn:${severity}`]);
    expect(each).not.toHaveProperty("okActions");
    // It says what silence counts as, and what it means.
    expect(["breaching", "notBreaching", "ignore"]).toContain(each.treatMissingData);
    expect(each.alarmDescription).toMatch(/\. No data: .+\.$/);
    expect(each.alarmDescription.length).toBeLessThanOrEqual(1024);
    // CloudWatch looks back at most a day, or a week in periods of an hour or more (API, PutMetricAlarm).
    const period = each.period ?? each.metricQueries[0].metric.period;
    expect(period * each.evaluationPeriods).toBeLessThanOrEqual(period >= 3600 ? 604_800 : 86_400);
    expect(each.datapointsToAlarm).toBeLessThanOrEqual(each.evaluationPeriods);
    // CloudWatch takes the result of exactly one query.
    const results = (each.metricQueries ?? []).filter((query: { returnData: boolean }) => query.returnData);
    expect(results).toHaveLength(each.metricQueries ? 1 : 0);
  });
});

describe("a track", () => {
  test("errors above 1 %, at least 3 of at least 20 requests, are told at once", () => {
    expect(inputs("beta-blue-errors")).toMatchObject({
      threshold: 1,
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      alarmActions: ["arn:p2"],
    });
    const [failed, requests, result] = inputs("beta-blue-errors").metricQueries;
    expect(failed).toMatchObject({
      id: "part",
      metric: {
        namespace: "AWS/ApplicationELB",
        metricName: "HTTPCode_Target_5XX_Count",
        dimensions: { LoadBalancer: "app/beta", TargetGroup: "targetgroup/blue" },
        stat: "Sum",
        period: 60,
      },
    });
    expect(requests).toMatchObject({ id: "whole", metric: { metricName: "RequestCount", period: 60 } });
    expect(result).toMatchObject({
      expression: "IF(whole >= 20 AND FILL(part, 0) >= 3, 100 * FILL(part, 0) / whole, 0)",
    });
  });

  test("latency is p95 above 500 ms for three of five minutes, of minutes with enough requests", () => {
    const alarm = inputs("beta-blue-latency");
    expect(alarm).toMatchObject({ threshold: 0.5, evaluationPeriods: 5, datapointsToAlarm: 3 });
    expect(alarm.metricQueries).toMatchObject([
      { id: "latency", metric: { metricName: "TargetResponseTime", stat: "p95", period: 60 } },
      { id: "requests", metric: { metricName: "RequestCount", stat: "Sum", period: 60 } },
      { expression: "IF(requests >= 20, latency, 0)", returnData: true },
    ]);
  });

  test("what fails slowly is told by the objective: in hours six times too fast, in a week at all", () => {
    expect(inputs("beta-blue-errors-hours")).toMatchObject({ threshold: 0.6, alarmActions: ["arn:p2"] });
    expect(inputs("beta-blue-errors-week")).toMatchObject({ threshold: 0.1, alarmActions: ["arn:p3"] });
    expect(inputs("beta-blue-errors-week").metricQueries.at(-1).expression).toBe(
      "IF(FILL(part, 0) >= 2, 100 * FILL(part, 0) / whole, 0)",
    );
  });

  test("5 minutes without a healthy server wake people by SMS", () => {
    expect(inputs("beta-blue-down")).toMatchObject({
      metricName: "HealthyHostCount",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      period: 60,
      evaluationPeriods: 5,
      datapointsToAlarm: 5,
      treatMissingData: "breaching",
      alarmActions: ["arn:p1"],
    });
  });

  test("has one state, of its own alarms only, that tells nobody", () => {
    const state = recorded.one(COMPOSITE, "beta-blue-state").inputs;
    expect(state.alarmRule).toBe(
      ["errors", "errors-slow", "unreached", "latency", "down", "process-worker-crashing"]
        .map((each) => `ALARM("\${beta-blue-${each}.arn}")`)
        .join(" OR "),
    );
    expect(state).not.toHaveProperty("alarmActions");
    expect(recorded.outputs.trackAlarmArns).toEqual({
      blue: "${beta-blue-state.arn}",
      green: "${beta-green-state.arn}",
    });
  });

  test("none of them looks further back than the gate thinks", () => {
    const { alarmRule } = recorded.one(COMPOSITE, "beta-blue-state").inputs;
    const names = [...String(alarmRule).matchAll(/\{(beta-blue-[a-z-]+)\.arn/g)].map(([, name]) => name!);
    const seconds = names.map((name) => {
      const { period, evaluationPeriods, metricQueries } = inputs(name);
      const periods = [
        period,
        ...(metricQueries ?? []).map((query: { metric?: { period: number } }) => query.metric?.period),
      ];
      return evaluationPeriods * Math.max(...periods.filter((each) => each !== undefined));
    });
    expect(Math.max(...seconds)).toBe(LOOKS_BACK_SECONDS);
  });

  test("its servers are watched as a group", () => {
    for (const [suffix, namespace] of Object.entries({
      cpu: "AWS/EC2",
      memory: "CWAgent",
      disk: "CWAgent",
    })) {
      expect(inputs(`beta-green-hosts-${suffix}`)).toMatchObject({
        namespace,
        dimensions: { AutoScalingGroupName: "group-green" },
      });
    }
  });
});

test("a worker is told of by track: when it is started again and again, and when it does nothing else", () => {
  const counted = {
    namespace: "Rollout/Processes",
    metricName: "ProcessRestarts",
    dimensions: { Stack: "beta", Process: "worker", Track: "green" },
    treatMissingData: "notBreaching",
  };
  expect(inputs("beta-green-process-worker-restarts")).toMatchObject({
    ...counted,
    comparisonOperator: "GreaterThanThreshold",
    threshold: 3,
    period: 900,
    alarmActions: ["arn:p3"],
  });
  expect(inputs("beta-green-process-worker-crashing")).toMatchObject({
    ...counted,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    period: 60,
    evaluationPeriods: 5,
    datapointsToAlarm: 5,
    alarmActions: ["arn:p2"],
  });
});

test("a job is told of when it fails once, and when nobody has begun it a quarter of an hour after it was due", () => {
  expect(inputs("beta-job-nightly-failed")).toMatchObject({
    metricName: "JobFailed",
    dimensions: { Stack: "beta", Process: "nightly" },
    threshold: 0,
    evaluationPeriods: 1,
  });
  expect(inputs("beta-job-nightly-late")).toMatchObject({
    namespace: "AWS/SQS",
    dimensions: { QueueName: "beta-job-nightly.fifo" },
    statistic: "Minimum",
    threshold: 1,
    evaluationPeriods: 15,
    period: 60,
  });
  expect(inputs("beta-jobs-unsent").dimensions).toEqual({ ScheduleGroup: "beta-jobs" });
});

test("the controller is told of when each of five minutes' starts has failed, or none could be made", () => {
  const five = { period: 60, evaluationPeriods: 5, datapointsToAlarm: 5, treatMissingData: "notBreaching" };
  expect(inputs("beta-controller-failing")).toMatchObject({
    ...five,
    namespace: "AWS/Lambda",
    metricName: "Errors",
    dimensions: { FunctionName: "beta-controller-1" },
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    alarmActions: ["arn:p2"],
  });
  expect(inputs("beta-controller-unstarted")).toMatchObject({
    ...five,
    metricName: "TargetErrorCount",
    dimensions: { ScheduleGroup: "beta-controller" },
    threshold: 0,
    alarmActions: ["arn:p2"],
  });
});

test("the service is down when most requests fail or no track has a server", () => {
  const down = recorded.one(COMPOSITE, "beta-service-down").inputs;
  expect(down.alarmRule).toBe(
    'ALARM("${beta-balancer-failing.arn}") OR ALARM("${beta-balancer-unanswered.arn}") OR ' +
      '(ALARM("${beta-blue-down.arn}") AND ALARM("${beta-green-down.arn}"))',
  );
  expect(down.alarmActions).toEqual(["arn:p1"]);
  expect(down).not.toHaveProperty("okActions");
});

test("the database's limits follow its class and size", () => {
  expect(inputs("beta-database-storage")).toMatchObject({
    threshold: 2 * 2 ** 30,
    comparisonOperator: "LessThanThreshold",
  });
  expect(inputs("beta-database-connections").threshold).toBe(161);
  expect(inputs("beta-database-cpu").treatMissingData).toBe("breaching");
});

test("a dependency is told of when a tenth of the requests go without it, or it is left alone for minutes", () => {
  const [failed] = inputs("beta-dependency-supplier-failed").metricQueries;
  expect(inputs("beta-dependency-supplier-failed")).toMatchObject({
    threshold: 10,
    alarmActions: ["arn:p3"],
  });
  expect(failed.metric).toMatchObject({
    namespace: "Rollout/App",
    metricName: "DependencyFailed",
    dimensions: { Stack: "beta", Dependency: "supplier" },
  });
  expect(inputs("beta-dependency-supplier-open")).toMatchObject({
    metricName: "DependencyOpen",
    statistic: "Maximum",
    threshold: 1,
    evaluationPeriods: 3,
    treatMissingData: "notBreaching",
  });
});

test("the certificate is told of below 21 days, and stays so when it has ended", () => {
  expect(inputs("beta-certificate")).toMatchObject({
    metricName: "DaysToExpiry",
    threshold: 21,
    comparisonOperator: "LessThanThreshold",
    treatMissingData: "ignore",
  });
});

test("a backup that never ran is told of as well as one that failed", () => {
  expect(inputs("beta-backup-failed")).toMatchObject({ threshold: 0, treatMissingData: "notBreaching" });
  expect(inputs("beta-backup-missing")).toMatchObject({
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    evaluationPeriods: 8,
    datapointsToAlarm: 8,
    treatMissingData: "notBreaching",
  });
});

/** Hour by hour, the oldest first: whether the database was there, and how many backups were completed. */
function stateAfter(hours: { there: boolean; backups?: number }[]): string {
  const { alarms: all } = alarmsOf(graph);
  const alarm = all.find(({ name }) => name === "prod-backup-missing") as MetricAlarm;
  const [there, completed] = queriesOf(alarm).map(({ metric }) => metric);
  const store = new MetricStore();
  hours.forEach((hour, index) => {
    if (hour.there) store.add(there!, index * 3600, [1]);
    if (hour.backups) store.add(completed!, index * 3600, Array(hour.backups).fill(1));
  });
  return evaluate(alarm, store, hours.length * 3600).state;
}
const hours = (count: number, there: boolean) => Array.from({ length: count }, () => ({ there }));

test.each([
  ["of a new stack isn't late before it is due", [...hours(9, false), ...hours(7, true)], "OK"],
  ["that never came is late", [...hours(2, false), ...hours(8, true)], "ALARM"],
  ["that ended is late", [{ there: true, backups: 1 }, ...hours(9, true)], "ALARM"],
  ["that came is in time", [...hours(7, true), { there: true, backups: 1 }, ...hours(3, true)], "OK"],
])("a backup %s", (_, all, state) => {
  expect(stateAfter(all)).toBe(state);
});

test("silence is bad only of a metric that speaks before its alarm is made", () => {
  const silent = recorded.of(ALARM).filter(({ inputs }) => inputs.treatMissingData === "breaching");
  expect(silent.map(({ name }) => name.replace("beta-", "")).toSorted()).toEqual([
    "blue-down",
    "blue-hosts-memory",
    "cache-1-cpu",
    "cache-2-cpu",
    "database-cpu",
    "green-down",
    "green-hosts-memory",
  ]);
  // The hook in hooks/speaking.ts looks at the metric itself.
  for (const { inputs } of silent)
    expect(inputs).toMatchObject({ namespace: expect.any(String), metricName: expect.any(String) });
});

test("every alarm is made after what serves is there: before it, all would be down", () => {
  const { resources } = graph;
  const groups = resources.filter(({ type }) => /autoscaling.group:|lb.listener:Listener/.test(type));
  const serving = groups.filter(({ name }) => name !== "prod-http").map(({ urn }) => urn);
  expect(serving).toHaveLength(3);
  for (const { name, dependencies } of resources.filter(({ type }) => type === ALARM || type === COMPOSITE))
    expect([name, dependencies]).toEqual([name, expect.arrayContaining(serving)]);
});

test("a third track adds alarms and changes only the one for the whole service", async () => {
  const three = await alarms(["blue", "gold", "green"]);
  const of = (each: Recording) => new Map(each.resources.map(({ urn, inputs }) => [urn, inputs]));
  const [before, after] = [of(recorded), of(three)];
  const touched = [...before].filter(
    ([urn, each]) => JSON.stringify(after.get(urn)) !== JSON.stringify(each),
  );
  expect(touched.map(([urn]) => urn.split("::").at(-1))).toEqual(["beta-service-down"]);
});
