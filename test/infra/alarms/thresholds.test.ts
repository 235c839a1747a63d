import { expect, test } from "vitest";
import type { Recorded } from "../../support/mocks.ts";
import { recordStack } from "../../support/stacks.ts";

// When each alarm rings and whom it wakes. Who changes one changes what people on call live with: the reason stands beside it.

const COMPARED: Record<string, string> = {
  GreaterThanThreshold: ">",
  GreaterThanOrEqualToThreshold: ">=",
  LessThanThreshold: "<",
};

/** Such as `> 1 % of 20 requests, 1 of 1 x 60 s, P2`. */
function whenOf({ inputs }: Recorded): string {
  const { comparisonOperator, threshold, metricQueries = [], alarmActions } = inputs;
  const expression: string =
    metricQueries.find((each: Recorded["inputs"]) => each.expression)?.expression ?? "";
  const { period } = metricQueries.find((each: Recorded["inputs"]) => each.metric)?.metric ?? inputs;
  const [, least] = /(?:whole|requests) >= (\d+)/.exec(expression) ?? [];
  const [, bad] = /FILL\(part, 0\) >= (\d+)/.exec(expression) ?? [];
  return [
    `${COMPARED[comparisonOperator]} ${threshold}${least ? ` of ${least} requests` : ""}${bad ? ` and ${bad} bad` : ""}`,
    `${inputs.datapointsToAlarm} of ${inputs.evaluationPeriods} x ${period} s`,
    /p\d/.exec(alarmActions[0])?.[0].toUpperCase(),
  ].join(", ");
}

test.each([
  // Users meet these at once.
  ["blue-down", "< 1, 5 of 5 x 60 s, P1", "a server's replacement takes minutes: shorter is a restart"],
  [
    "balancer-failing",
    "> 50 of 20 requests, 5 of 5 x 60 s, P2",
    "half of all requests, with those that wake for it",
  ],
  ["balancer-unanswered", "> 50 of 20 requests, 5 of 5 x 60 s, P2", "the same where no server answers"],
  [
    "blue-errors",
    "> 1 of 20 requests and 3 bad, 1 of 1 x 60 s, P2",
    "the error rate of the gates, in one minute",
  ],
  [
    "blue-errors-slow",
    "> 1 of 20 requests and 3 bad, 1 of 1 x 900 s, P2",
    "the same where a minute has too few requests",
  ],
  [
    "blue-errors-hours",
    "> 0.6 and 5 bad, 1 of 1 x 10800 s, P2",
    "six times the objective's share: a pilot's few, and a little of many",
  ],
  ["blue-errors-week", "> 0.1 and 2 bad, 1 of 1 x 604800 s, P3", "the objective's own share"],
  ["blue-unreached-hours", "> 0.6 and 5 bad, 1 of 1 x 10800 s, P2", "the same where no server is reached"],
  ["blue-unreached-week", "> 0.1 and 2 bad, 1 of 1 x 604800 s, P3", "the same where no server is reached"],
  [
    "balancer-errors-hours",
    "> 0.6 and 5 bad, 1 of 1 x 10800 s, P2",
    "the same of the balancer's own answers",
  ],
  [
    "balancer-errors-week",
    "> 0.1 and 2 bad, 1 of 1 x 604800 s, P3",
    "the same of the balancer's own answers",
  ],
  ["blue-unreached", "> 5, 1 of 1 x 60 s, P2", "one lost connection is no outage"],
  ["blue-latency", "> 0.5 of 20 requests, 3 of 5 x 60 s, P2", "the limit of the gates, for minutes"],
  ["blue-latency-hours", "> 0.5 of 20 requests, 1 of 1 x 21600 s, P2", "the same of a pilot's few requests"],
  [
    "balancer-errors",
    "> 10, 2 of 3 x 60 s, P2",
    "the balancer's own answers: a few come with a server's end",
  ],
  ["balancer-rejected", "> 0, 1 of 1 x 60 s, P2", "no connection is turned away in health"],
  ["blue-unhealthy", ">= 1, 10 of 10 x 60 s, P3", "it should have been replaced by then"],
  // These will meet them.
  ["database-cpu", "> 80, 3 of 3 x 300 s, P2", "a quarter of an hour is no peak"],
  [
    "database-storage",
    `< ${2 * 2 ** 30}, 6 of 6 x 300 s, P2`,
    "a tenth of 20 GiB, while it should have grown",
  ],
  ["database-connections", "> 161, 2 of 2 x 300 s, P2", "four fifths of what db.t4g.small takes"],
  ["database-memory", `< ${Math.round(0.1 * 2 ** 30)}, 3 of 3 x 300 s, P3`, "a twentieth of 2 GiB"],
  [
    "database-transaction-ids",
    "> 1000000000, 2 of 2 x 300 s, P3",
    "half way to where PostgreSQL takes no writes",
  ],
  ["cache-1-cpu", "> 80, 3 of 3 x 300 s, P3", "Redis has one core"],
  ["cache-1-memory", "> 80, 3 of 3 x 300 s, P3", "the rest is for its copies"],
  ["cache-1-evictions", "> 100, 1 of 1 x 300 s, P3", "users are signed out"],
  ["blue-hosts-cpu", "> 80, 3 of 3 x 300 s, P3", "above what the scaling aims at"],
  ["blue-hosts-memory", "> 90, 3 of 3 x 300 s, P3", "before the kernel ends the app"],
  ["blue-hosts-disk", "> 85, 3 of 3 x 300 s, P3", "time to look before it is full"],
  ["certificate", "< 21, 1 of 1 x 86400 s, P2", "ACM renews 60 days before: something is wrong"],
  ["backup-failed", "> 0, 1 of 1 x 3600 s, P2", "each of them"],
  ["backup-missing", "< 1, 8 of 8 x 3600 s, P2", "due every 6 hours, and 2 to run"],
])("%s rings at %s: %s", async (name, when) => {
  const all = await recordStack("beta");
  expect(whenOf(all.one("aws:cloudwatch/metricAlarm:MetricAlarm", `beta-${name}`))).toBe(when);
});

test("no alarm is left out of the table", async () => {
  const all = await recordStack("beta");
  const names = all.of("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name }) => name);
  expect(names.filter((name) => !name.startsWith("beta-green-"))).toHaveLength(31);
});
