import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** P1: answered within 30 minutes, P2: within 2 hours, P3: within a day, P4: looked at weekly. */
export type Severity = "P1" | "P2" | "P3" | "P4";

export const SEVERITIES: Record<Severity, { answer: string; channels: readonly ("email" | "sms")[] }> = {
  P1: { answer: "within 30 minutes", channels: ["email", "sms"] },
  P2: { answer: "within 2 hours", channels: ["email"] },
  P3: { answer: "within 24 hours", channels: ["email"] },
  P4: { answer: "at the weekly review", channels: ["email"] },
};

export interface AlertsArgs {
  email: string[];
  /** Phone numbers in E.164 form. */
  sms: string[];
}

/** An encrypted topic for each severity, and who hears of it on which channel. */
export class Alerts extends pulumi.ComponentResource {
  readonly topicArns: Record<Severity, pulumi.Output<string>>;
  /** The key that they are encrypted with: who publishes asks for it. */
  readonly keyArn: pulumi.Output<string>;

  constructor(name: string, args: AlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Alerts", name, {}, opts);
    const child = { parent: this };

    // AWS's own key for SNS can't be used: its policy lets neither CloudWatch nor EventBridge encrypt.
    const key = new aws.kms.Key(
      `${name}-alerts`,
      { description: `Alerts of ${name}`, enableKeyRotation: true, deletionWindowInDays: 7 },
      child,
    );
    const topicOf = (severity: Severity) => topic(name, severity, key, args, child);
    const topics = { P1: topicOf("P1"), P2: topicOf("P2"), P3: topicOf("P3"), P4: topicOf("P4") };

    new aws.kms.KeyPolicy(
      `${name}-alerts`,
      { keyId: key.id, policy: pulumi.jsonStringify(keyPolicy(topics.P1.owner)) },
      child,
    );

    this.keyArn = key.arn;
    this.topicArns = {
      P1: topics.P1.arn,
      P2: topics.P2.arn,
      P3: topics.P3.arn,
      P4: topics.P4.arn,
    };
    this.registerOutputs({ topicArns: this.topicArns });
  }
}

function topic(
  name: string,
  severity: Severity,
  key: aws.kms.Key,
  people: AlertsArgs,
  child: pulumi.CustomResourceOptions,
): aws.sns.Topic {
  const suffix = severity.toLowerCase();
  const { answer, channels } = SEVERITIES[severity];
  const made = new aws.sns.Topic(
    `${name}-${suffix}`,
    { displayName: `${name} ${severity}, answer ${answer}`, kmsMasterKeyId: key.arn },
    child,
  );
  new aws.sns.TopicPolicy(
    `${name}-${suffix}`,
    { arn: made.arn, policy: pulumi.jsonStringify(topicPolicy(made)) },
    child,
  );
  for (const channel of channels) {
    for (const endpoint of people[channel].toSorted()) {
      // Named by its address, so that a person who joins or leaves changes nobody else's subscription.
      new aws.sns.TopicSubscription(
        `${name}-${suffix}-${channel}-${endpoint}`,
        { topic: made.arn, protocol: channel, endpoint },
        child,
      );
    }
  }
  return made;
}

/** AWS services that publish; a topic's policy is all that lets them. */
function topicPolicy(made: aws.sns.Topic) {
  const publish = (services: string[]) => ({
    Effect: "Allow",
    Principal: { Service: services },
    Action: "sns:Publish",
    Resource: made.arn,
  });
  return {
    Version: "2012-10-17",
    Statement: [
      {
        ...publish(["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]),
        Condition: { StringEquals: { "aws:SourceAccount": made.owner } },
      },
      // These two send no source account, so a condition would silence them.
      publish(["backup.amazonaws.com", "events.amazonaws.com"]),
    ],
  };
}

function keyPolicy(account: pulumi.Output<string>) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Administrators",
        Effect: "Allow",
        Principal: { AWS: pulumi.interpolate`arn:aws:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "Publishers",
        Effect: "Allow",
        Principal: {
          Service: [
            "backup.amazonaws.com",
            "budgets.amazonaws.com",
            "cloudwatch.amazonaws.com",
            "events.amazonaws.com",
          ],
        },
        Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
        Resource: "*",
      },
    ],
  };
}
