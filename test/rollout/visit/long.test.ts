import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { systemClock } from "../../../rollout/clock.ts";
import { longEventIn, longSteps } from "../../../rollout/view/long-connections.ts";
import { readLogs } from "../../../rollout/visit/aws/logs.ts";
import { LONG } from "../../../rollout/visit/visited.ts";

// A client that is cut at one server and back at another: no server alone can tell it.

const line = (at: number, id: string, status: string, track: string) =>
  JSON.stringify({
    ...{ long: "socket", at, track, id, address: "203.0.113.7", agent: "browser", path: "/live" },
    ...{ status, seconds: 1 },
  });
const event = (logStreamName: string, message: string) => ({
  ...{ logStreamName, message, eventId: message, timestamp: 1_000 },
});

test("of a stack on AWS the servers' logs together say who was cut and is back, and only those lines are fetched", async () => {
  const client = mockClient(CloudWatchLogsClient);
  client.on(FilterLogEventsCommand).resolves({
    events: [
      event("green/i-0b/long", line(100.4, "b", "204", "green")),
      event("blue/i-0a/long", line(50, "a", "204", "blue")),
      event("blue/i-0a/long", line(100, "a", "101", "blue")),
      event("blue/i-0a", '{"path":"/live","status":101,"agent":"{\\"long\\":1}"}'),
      event("blue/i-0a/error", "2026/01/01 00:00:00 [error] long"),
    ],
  });
  const texts: string[] = [];
  await readLogs(
    { region: "us-east-1", clock: systemClock, groups: { app: "app", nginx: "nginx" } },
    { kind: "nginx", process: LONG, since: 0, follow: false },
    (lines) => texts.push(...lines.map(({ text }) => text)),
  );
  const events = texts.flatMap((text) => longEventIn(text) ?? []);
  expect(longSteps(events, [{ at: 60_000, step: "green 100 %" }])).toEqual([
    { step: "green 100 %", opened: 1, cut: 1, left: 0, medianMs: 400, longestMs: 400, open: 1 },
  ]);
  expect(texts).toHaveLength(3);
  // CloudWatch Logs User Guide, "Filter pattern syntax": a selector of JSON, `*` for any text.
  expect(client.commandCalls(FilterLogEventsCommand)[0]!.args[0].input).toMatchObject({
    logGroupName: "nginx",
    filterPattern: '{ $.long = "*" }',
  });
});
