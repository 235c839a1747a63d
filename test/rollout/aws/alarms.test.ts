import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, expect, test } from "vitest";
import { CompositeAlarms } from "../../../rollout/platforms/aws/alarms.ts";
import { factsOf } from "../../../rollout/platforms/aws/deployment.ts";
import { apiError, deployment } from "./example.ts";

const cloudWatch = mockClient(CloudWatchClient);
beforeEach(() => void cloudWatch.reset());
afterAll(() => cloudWatch.restore());

const facts = factsOf(deployment());
const alarms = new CompositeAlarms("us-east-1");

test("a track's composite alarm is read by its name, with its reason and since when", async () => {
  const at = new Date("2026-11-21T12:00:00Z");
  cloudWatch
    .on(DescribeAlarmsCommand, { AlarmNames: ["beta-green-state"], AlarmTypes: ["CompositeAlarm"] })
    .resolves({
      CompositeAlarms: [
        {
          AlarmName: "beta-green-state",
          StateValue: "ALARM",
          StateReason: "beta-green-errors is in ALARM",
          StateTransitionedTimestamp: at,
          StateUpdatedTimestamp: new Date(),
        },
      ],
    });
  expect(await alarms.of("green", facts)).toEqual([
    {
      name: "beta-green-state",
      state: "ALARM",
      reason: "beta-green-errors is in ALARM",
      since: at.getTime(),
    },
  ]);
});

test("one that AWS doesn't know, or doesn't tell, isn't well", async () => {
  cloudWatch.on(DescribeAlarmsCommand).resolves({ CompositeAlarms: [] });
  await expect(alarms.of("green", facts)).rejects.toThrow("doesn't know the alarm of green");
  await expect(alarms.of("red", facts)).rejects.toThrow("have no alarm of red");
  cloudWatch.on(DescribeAlarmsCommand).rejects(apiError("AccessDenied", 403));
  await expect(alarms.of("green", facts)).rejects.toThrow("AccessDenied");
});
