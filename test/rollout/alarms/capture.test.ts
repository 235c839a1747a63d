import { expect, test } from "vitest";
import { alarmsOf } from "../../../rollout/alarms/capture.ts";
import { eventRulesOf, matches } from "../../../rollout/alarms/events.ts";
import { notificationsOf } from "../../../rollout/alarms/notice.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";

const graph = await shippedGraph("prod");
const { alarms, refused } = alarmsOf(graph);
const names = alarms.map(({ name }) => name);

test("every alarm of the stack is read, none refused", () => {
  const registered = graph.resources.filter(({ type }) =>
    /^aws:cloudwatch\/(metric|composite)Alarm:/.test(type),
  );
  expect(refused).toEqual([]);
  expect(names).toEqual(registered.map(({ name }) => name).sort());
});

test("what isn't understood is refused by name, and so is a composite that stands on it", () => {
  const changed = structuredClone(graph);
  const alarm = changed.resources.find(({ name }) => name === "prod-blue-down")!;
  alarm.inputs.thresholdMetricId = "band";
  const read = alarmsOf(changed);
  const why = Object.fromEntries(read.refused.map((each) => [each.name, each.why]));
  expect(why["prod-blue-down"]).toBe("it uses thresholdMetricId, which isn't played here");
  expect(why["prod-blue-state"]).toContain("alarm:prod-blue-down, which is no alarm that is played");
  expect(read.alarms.some(({ name }) => name === "prod-blue-state")).toBe(false);
});

test("a notice is what CloudWatch gives SNS to post", () => {
  const alarm = alarms.find(({ name }) => name === "prod-blue-down")!;
  const topics = alarm.actions.ALARM;
  const transition = {
    alarm,
    from: "OK",
    to: "ALARM",
    at: 1_800_000_000,
    reason: "because",
    topics,
  } as const;
  const [notice, ...others] = notificationsOf({ ...transition, topics: [...topics] }, "us-east-1");
  expect(others).toEqual([]);
  expect(notice).toMatchObject({
    Type: "Notification",
    TopicArn: "arn:aws:sns:us-east-1:000000000000:prod-p1",
    Subject: 'ALARM: "prod-blue-down" in US East (N. Virginia)',
  });
  expect(JSON.parse(notice!.Message)).toMatchObject({
    AlarmName: "prod-blue-down",
    NewStateValue: "ALARM",
    OldStateValue: "OK",
    StateChangeTime: "2027-01-15T08:00:00.000+0000",
    Trigger: { MetricName: "HealthyHostCount", Statistic: "MAXIMUM", Period: 60, Threshold: 1 },
  });
});

test("a failed backup's event meets its rule, a completed one's doesn't", () => {
  const rule = eventRulesOf(graph).find(({ name }) => name === "prod-backup-failed")!;
  const event = (state: string) => ({
    source: "aws.backup",
    "detail-type": "Backup Job State Change",
    detail: { backupVaultName: "prod-backups.name", state },
  });
  expect(rule.topics).toEqual(["arn:aws:sns:us-east-1:000000000000:prod-p2"]);
  expect(matches(rule.pattern, event("FAILED"))).toBe(true);
  expect(matches(rule.pattern, event("COMPLETED"))).toBe(false);
});
