import { expect, test } from "vitest";
import { Alerts, SEVERITIES } from "../../../infra/watch/alerts.ts";
import { changed } from "../../support/changed.ts";
import { type Recording, record } from "../../support/mocks.ts";

const TOPIC = "aws:sns/topic:Topic";
const POLICY = "aws:sns/topicPolicy:TopicPolicy";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";

function alerts(email: string[], sms: string[] = []): Promise<Recording> {
  return record(() => ({ topicArns: new Alerts("beta", { email, sms }).topicArns }));
}

const recorded = await alerts(["ops@example.com"], ["+34600000000"]);

test("each severity has a topic of its own", () => {
  expect(recorded.outputs.topicArns).toEqual({
    P1: "${beta-p1.arn}",
    P2: "${beta-p2.arn}",
    P3: "${beta-p3.arn}",
    P4: "${beta-p4.arn}",
  });
  expect(SEVERITIES.P1.answer).toBe("within 30 minutes");
});

test("everything is mailed; only P1 also comes by SMS", () => {
  const told = recorded
    .of(SUBSCRIPTION)
    .map(({ inputs }) => `${inputs.topic} ${inputs.protocol} ${inputs.endpoint}`);
  expect(told.toSorted()).toEqual([
    "${beta-p1.arn} email ops@example.com",
    "${beta-p1.arn} sms +34600000000",
    "${beta-p2.arn} email ops@example.com",
    "${beta-p3.arn} email ops@example.com",
    "${beta-p4.arn} email ops@example.com",
  ]);
});

test("who joins moves nobody else", async () => {
  const more = await alerts(["new@example.com", "ops@example.com"], ["+34600000000"]);
  expect(changed(recorded, more)).toEqual(
    [1, 2, 3, 4].map((p) => `${SUBSCRIPTION} beta-p${p}-email-new@example.com`),
  );
});

test("messages are encrypted with a key that the publishing services may use", () => {
  for (const { inputs } of recorded.of(TOPIC)) expect(inputs.kmsMasterKeyId).toBe("${beta-alerts.arn}");
  const { Statement } = JSON.parse(recorded.one("aws:kms/keyPolicy:KeyPolicy").inputs.policy);
  expect(Statement).toContainEqual(
    expect.objectContaining({
      Principal: {
        Service: [
          "backup.amazonaws.com",
          "budgets.amazonaws.com",
          "cloudwatch.amazonaws.com",
          "events.amazonaws.com",
        ],
      },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    }),
  );
  expect(recorded.one("aws:kms/key:Key").inputs.enableKeyRotation).toBe(true);
});

test("a topic's policy names services, and the account where the service sends it", () => {
  for (const { inputs } of recorded.of(POLICY)) {
    const { Statement } = JSON.parse(inputs.policy);
    expect(Statement.map((each: { Principal: unknown }) => each.Principal)).toEqual([
      { Service: ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] },
      { Service: ["backup.amazonaws.com", "events.amazonaws.com"] },
    ]);
    expect(Statement[0].Condition).toEqual({
      StringEquals: { "aws:SourceAccount": expect.stringMatching(/^\$\{beta-p\d\.owner\}$/) },
    });
  }
});
