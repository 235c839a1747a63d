import { expect, test } from "vitest";
import { Budget } from "../../../infra/watch/budget.ts";
import { record } from "../../support/mocks.ts";

test("people hear at 80 % spent, at all of it, and when the forecast goes over", async () => {
  const recorded = await record(() => {
    new Budget("beta", {
      monthlyUsd: 200,
      topicArn: "arn:p3",
      email: ["ops@example.com", "cfo@example.com"],
    });
  });
  const { inputs } = recorded.one("aws:budgets/budget:Budget");
  expect(inputs).toMatchObject({
    budgetType: "COST",
    timeUnit: "MONTHLY",
    limitAmount: "200",
    limitUnit: "USD",
  });
  expect(inputs.notifications).toEqual(
    [
      ["ACTUAL", 80],
      ["ACTUAL", 100],
      ["FORECASTED", 100],
    ].map(([notificationType, threshold]) => ({
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      comparisonOperator: "GREATER_THAN",
      subscriberSnsTopicArns: ["arn:p3"],
      subscriberEmailAddresses: ["cfo@example.com", "ops@example.com"],
    })),
  );
});
