import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface BudgetArgs {
  monthlyUsd: number;
  topicArn: pulumi.Input<string>;
  email: string[];
}

/**
 * Tells when 80 % of the month's money is spent, when it is all spent, and when the forecast says that it will be.
 *
 * It counts the whole account. A budget for the stack's tag alone counts nothing, and so never tells, until somebody
 * activates that tag for billing by hand; where beta and prod share an account, give each budget the sum of both.
 */
export class Budget extends pulumi.ComponentResource {
  constructor(name: string, args: BudgetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Budget", name, {}, opts);

    const notice = (notificationType: "ACTUAL" | "FORECASTED", percent: number) => ({
      notificationType,
      comparisonOperator: "GREATER_THAN",
      threshold: percent,
      thresholdType: "PERCENTAGE",
      subscriberSnsTopicArns: [args.topicArn],
      // The topic tells everybody; a mail straight from the budget also reaches who never confirmed it. Ten is its limit.
      subscriberEmailAddresses: args.email.toSorted().slice(0, 10),
    });
    new aws.budgets.Budget(
      `${name}-budget`,
      {
        budgetType: "COST",
        timeUnit: "MONTHLY",
        limitAmount: String(args.monthlyUsd),
        limitUnit: "USD",
        notifications: [notice("ACTUAL", 80), notice("ACTUAL", 100), notice("FORECASTED", 100)],
      },
      { parent: this },
    );

    this.registerOutputs({});
  }
}
