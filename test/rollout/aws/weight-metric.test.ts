import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, expect, test } from "vitest";
import { WeightMetric } from "../../../rollout/platforms/aws/metrics/weight-metric.ts";

const mock = mockClient(CloudWatchClient);
afterEach(() => mock.reset());

test("a dashboard that can't be told is said once, and stops nothing", async () => {
  mock.on(PutMetricDataCommand).rejects(new Error("not authorized"));
  const said: string[] = [];
  const metric = new WeightMetric({ region: "us-east-1", stack: "beta", say: (text) => said.push(text) });
  for (const green of [10, 25]) await metric.tell({ blue: 100 - green, green }, ["blue", "green"]);
  expect(said).toEqual(["The dashboard doesn't show the weights: not authorized\n"]);
});
