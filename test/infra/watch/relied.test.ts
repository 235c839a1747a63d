import { usersRelyOn } from "../../support/relied.ts";

const notice = (notificationType: string, threshold: number) => ({
  notificationType,
  threshold,
  comparisonOperator: "GREATER_THAN",
  thresholdType: "PERCENTAGE",
  subscriberEmailAddresses: ["ops@example.com"],
  subscriberSnsTopicArns: ["${beta-p3.arn}"],
});

usersRelyOn("beta", [
  [
    "costs are told of before and at the limit",
    "Budget beta-budget",
    "notifications",
    [notice("ACTUAL", 80), notice("ACTUAL", 100), notice("FORECASTED", 100)],
  ],
  ["alerts are encrypted by a key that turns", "Key beta-alerts", "enableKeyRotation", true],
  ["and that can be had back for a week", "Key beta-alerts", "deletionWindowInDays", 7],
  ["logs of the app are kept for a month", "LogGroup beta-app", "retentionInDays", 30],
  ["who spoke with whom is summed up every ten minutes", "FlowLog beta-flow", "maxAggregationInterval", 600],
  ["all of it", "FlowLog beta-flow", "trafficType", "ALL"],
  ["a flag comes to a quarter of the servers a minute", "DeploymentStrategy beta-flags", "growthFactor", 25],
  ["in four minutes to all", "DeploymentStrategy beta-flags", "deploymentDurationInMinutes", 4],
  [
    "and is taken back by an alarm in the ten minutes after",
    "DeploymentStrategy beta-flags",
    "finalBakeTimeInMinutes",
    10,
  ],
  ["in an emergency at once", "DeploymentStrategy beta-flags-at-once", "deploymentDurationInMinutes", 0],
  ["to all", "DeploymentStrategy beta-flags-at-once", "growthFactor", 100],
  ["whatever alarms say", "DeploymentStrategy beta-flags-at-once", "finalBakeTimeInMinutes", 0],
]);
