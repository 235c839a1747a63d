import { randomBytes } from "node:crypto";
import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import type { Graph, Reference, Value } from "../../rollout/graph/model.ts";
import { ofType } from "../../rollout/graph/resources.ts";
import { referencesIn, textOf } from "../../rollout/graph/text.ts";
import type { StateResource } from "../../rollout/platforms/aws/deployment.ts";
import { compositeAlarms } from "./composite-alarms.ts";
import type { Answering } from "./front.ts";

// What stands around a stack's servers, made in an AWS that answers as the captured program declares it: who is told,
// by which alarms, and the secrets. moto confirms every subscription by itself, and every alarm is OK.

const METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm";

export interface Account {
  /** As the stack's state has them. */
  resources: StateResource[];
  /** In Secrets Manager, by the names that the stack's outputs use. */
  secretNames: Record<string, string>;
  operatorToken: string;
  /** For what moto doesn't have of it. */
  answering: Answering;
}

export async function makeAccount(graph: Graph): Promise<Account> {
  await topics(graph);
  return { ...(await alarms(graph)), ...(await secrets(graph)) };
}

async function topics(graph: Graph): Promise<void> {
  const client = new SNSClient({});
  for (const { name } of ofType(graph, "aws:sns/topic:Topic"))
    await client.send(new CreateTopicCommand({ Name: name }));
  for (const { inputs } of ofType(graph, "aws:sns/topicSubscription:TopicSubscription")) {
    const { protocol, endpoint, topic } = inputs;
    await client.send(
      new SubscribeCommand({
        TopicArn: textOf(topic, arnOf),
        Protocol: String(protocol),
        Endpoint: String(endpoint),
      }),
    );
  }
}

/** Only what is asked of them: whom they tell, and of a composite what it is made of. */
async function alarms(graph: Graph): Promise<Pick<Account, "resources" | "answering">> {
  const client = new CloudWatchClient({});
  const metric = ofType(graph, METRIC_ALARM);
  const composite = ofType(graph, COMPOSITE_ALARM);
  for (const { name, inputs } of metric) {
    await client.send(
      new PutMetricAlarmCommand({
        AlarmName: name,
        AlarmActions: arnsIn(inputs.alarmActions),
        Namespace: String(inputs.namespace ?? "AWS/ApplicationELB"),
        MetricName: String(inputs.metricName ?? "RequestCount"),
        ComparisonOperator: "GreaterThanThreshold",
        EvaluationPeriods: Number(inputs.evaluationPeriods),
        Threshold: Number(inputs.threshold ?? 0),
      }),
    );
  }
  const made = composite.map(({ name, inputs }) => ({
    AlarmName: name,
    AlarmRule: textOf(inputs.alarmRule, arnOf),
    AlarmActions: arnsIn(inputs.alarmActions),
  }));
  const resources = [
    ...metric.map(({ urn, type, name }) => ({ urn, type, outputs: { name } })),
    ...composite.map(({ urn, type, name }) => ({ urn, type, outputs: { alarmName: name } })),
  ];
  return { resources, answering: compositeAlarms(made) };
}

async function secrets(graph: Graph): Promise<Pick<Account, "secretNames" | "operatorToken">> {
  const client = new SecretsManagerClient({});
  const names = Object.entries(graph.outputs.secretNames as Record<string, Value>);
  const secretNames = Object.fromEntries(names.map(([key, value]) => [key, nameOf(referencesIn(value)[0]!)]));
  const made = new Map(Object.keys(secretNames).map((key) => [key, randomBytes(32).toString("hex")]));
  for (const [key, Name] of Object.entries(secretNames))
    await client.send(new CreateSecretCommand({ Name, SecretString: made.get(key) }));
  return { secretNames, operatorToken: made.get("operatorToken")! };
}

function arnsIn(value: Value | undefined): string[] {
  return referencesIn(value).map(arnOf);
}

function arnOf(reference: Reference["$ref"]): string {
  const service = reference.urn.includes("aws:sns/topic:Topic") ? "sns" : "cloudwatch";
  const kind = service === "sns" ? "" : "alarm:";
  return `arn:aws:${service}:us-east-1:123456789012:${kind}${nameOf(reference)}`;
}

function nameOf({ urn }: Reference["$ref"]): string {
  return urn.split("::").at(-1)!;
}
