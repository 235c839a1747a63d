import { describe, expect, test } from "vitest";
import type { Transition } from "../../../rollout/alarms/engine.ts";
import type { MetricAlarm } from "../../../rollout/alarms/model.ts";
import { notificationsOf } from "../../../rollout/alarms/notice.ts";
import { statisticOf } from "../../../rollout/alarms/statistic.ts";
import { openEndpoint, post } from "../../../rollout/drill/alarms/endpoint.ts";
import { alarmReport, type Known } from "../../../rollout/drill/alarms/report.ts";
import { checksOf } from "../../../rollout/drill/alarms/results.ts";
import { drillText } from "../../../rollout/drill/alarms/text.ts";

const topics = ["arn:aws:sns:us-east-1:000000000000:beta-p2"];
const metric = { namespace: "AWS/RDS", name: "CPUUtilization", dimensions: {} };
const alarm: MetricAlarm = {
  kind: "metric",
  name: "beta-database-cpu",
  arn: "arn:cpu",
  description: "P2, answer within 2 hours.",
  actions: { ALARM: topics, OK: topics, INSUFFICIENT_DATA: [] },
  watch: { query: { metric, statistic: statisticOf("Average") } },
  periodSeconds: 300,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  comparison: "GreaterThanThreshold",
  threshold: 80,
  missing: "breaching",
  lowSamples: "evaluate",
};
const BEGAN = 1_800_000_000;
const rise: Transition = { alarm, from: "OK", to: "ALARM", at: BEGAN + 900, reason: "", topics };
const fall: Transition = { ...rise, from: "ALARM", to: "OK", at: BEGAN + 1500 };

function known(change: Partial<Known> = {}): Known {
  const transitions = change.transitions ?? [rise, fall];
  const received = transitions.flatMap((each) => notificationsOf(each, "us-east-1"));
  const common = { how: "raised", by: "the database is killed", since: BEGAN, state: "OK" } as const;
  return { alarm, ...common, transitions, received, ...change };
}

describe("an alarm passes", () => {
  test("when it rose, came back and both notices arrived", () => {
    const report = alarmReport(known());
    expect(report).toMatchObject({ how: "raised", severity: "P2", periods: 3, passed: true, why: null });
  });

  test.each<[string, Partial<Known>, string]>([
    ["it stayed out of ALARM", { transitions: [] }, "it stayed out of ALARM"],
    ["it rose before the fault", { since: BEGAN + 1000 }, "it stayed out of ALARM"],
    ["it didn't come back", { transitions: [rise], state: "ALARM" }, "it didn't come back to OK"],
    ["no notice arrived", { received: [] }, "its notice of ALARM didn't arrive at its severity's topic"],
    [
      "only the notice of ALARM arrived",
      { received: notificationsOf(rise, "us-east-1") },
      "its notice of OK didn't arrive at its severity's topic",
    ],
    [
      "its topic is another severity's",
      { alarm: { ...alarm, description: "P1, answer within 30 minutes." } },
      "its notice of ALARM didn't arrive at its severity's topic",
    ],
  ])("but not when %s", (_name, change, why) => {
    expect(alarmReport(known(change))).toMatchObject({ passed: false, why });
  });
});

test("the endpoint takes what SNS posts, and nothing that only looks alike", async () => {
  const endpoint = await openEndpoint();
  try {
    const [notice] = notificationsOf(rise, "us-east-1");
    await post(endpoint.url, notice!);
    expect(endpoint.received).toEqual([notice]);
    const plain = await fetch(endpoint.url, { method: "POST", body: JSON.stringify(notice) });
    expect(plain.status).toBe(400);
    expect(endpoint.received).toHaveLength(1);
  } finally {
    await endpoint.close();
  }
});

test("the text says how each alarm was raised, and what can't be", () => {
  const text = drillText({
    stack: "beta",
    passed: true,
    time: "1 s is 1 min",
    seconds: 150,
    alarms: [alarmReport(known()), alarmReport({ ...known(), how: "fed", by: "no fault here" })],
    rules: [{ name: "beta-backup-failed", how: "raised", by: "a backup that failed", passed: true }],
    unraisable: [{ name: "beta-budget", why: "there is no bill here" }],
    unhealed: [],
  });
  expect(text).toContain("raised by a fault (1):");
  expect(text).toContain("after 3 periods, notices of ALARM and OK arrived (the database is killed)");
  expect(text).toContain("fed, not raised (1):");
  expect(text).toContain("beta-budget: there is no bill here");
  expect(text).not.toContain("could not be taken back");
});

test("the drill's record has a check for each alarm and rule, and whether all was mended", () => {
  const rule = {
    name: "beta-backup-failed",
    how: "raised",
    by: "a backup that failed",
    passed: false,
  } as const;
  const alarms = [alarmReport(known()), alarmReport(known({ transitions: [] }))];
  expect(checksOf({ alarms, rules: [rule], unhealed: [] })).toEqual([
    { name: "beta-database-cpu", verdict: "pass", details: "raised: the database is killed" },
    { name: "beta-database-cpu", verdict: "fail", details: "it stayed out of ALARM" },
    { name: "beta-backup-failed", verdict: "fail", details: "no notice arrived" },
    { name: "mended", verdict: "pass", details: "everything that was broken is back" },
  ]);
  expect(checksOf({ alarms: [], rules: [], unhealed: ["the disk: full", "nginx: gone"] })).toEqual([
    { name: "mended", verdict: "fail", details: "the disk: full; nginx: gone" },
  ]);
});
