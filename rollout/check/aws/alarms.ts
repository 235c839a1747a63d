import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import {
  GetSMSSandboxAccountStatusCommand,
  ListSMSSandboxPhoneNumbersCommand,
  ListSubscriptionsByTopicCommand,
  SNSClient,
} from "@aws-sdk/client-sns";
import { clientSettings } from "../../../infra/aws-client.ts";
import { TYPES } from "../../graph/types.ts";
import type { AlarmFacts, Subscriber, WiredAlarm } from "../checks/alarms.ts";
import type { DiskFacts } from "../checks/disk.ts";
import type { StackState } from "./state.ts";

const ALARMS = [TYPES.metricAlarm, TYPES.compositeAlarm] as const;
/** DescribeAlarms takes so many names at once. */
const NAMES_AT_ONCE = 100;

interface Described extends WiredAlarm {
  arn: string;
  state: string | undefined;
}

/** The stack's alarms as CloudWatch has them now, and who is subscribed to the topics that they tell. */
export async function readAlarms(state: StackState, region: string): Promise<AlarmFacts> {
  const names = namesIn(state);
  const found = await describe(names, region);
  const byArn = new Map(found.map(({ arn, name }) => [arn, name]));
  const there = new Set(found.map(({ name }) => name));
  const topics = [...new Set(found.flatMap((alarm) => alarm.topics))];
  const client = new SNSClient(clientSettings(region));
  const subscribers = await Promise.all(
    topics.map(async (topic) => [topic, await subscribersOf(client, topic)] as const),
  );
  const alarms = found.map(({ name, topics, enabled, parts }) => ({
    name,
    topics,
    enabled,
    // A rule names its alarms by name or by ARN.
    ...(parts && { parts: parts.map((part) => byArn.get(part) ?? part) }),
  }));
  // One that somebody deleted tells nobody.
  const lost = names.filter((name) => !there.has(name)).map((name) => ({ name, topics: [], enabled: true }));
  const usesSms = subscribers.some(([, all]) => all.some(({ protocol }) => protocol === "sms"));
  const smsOnlyTo = usesSms ? await sandboxOf(client) : undefined;
  return {
    alarms: [...alarms, ...lost],
    topics: Object.fromEntries(subscribers),
    ...(smsOnlyTo && { smsOnlyTo }),
  };
}

/** A new account sends SMS only to numbers that were verified (SNS Developer Guide, "SMS sandbox"). */
async function sandboxOf(client: SNSClient): Promise<string[] | undefined> {
  const { IsInSandbox } = await client.send(new GetSMSSandboxAccountStatusCommand({}));
  if (!IsInSandbox) return undefined;
  const { PhoneNumbers = [] } = await client.send(new ListSMSSandboxPhoneNumbersCommand({ MaxResults: 100 }));
  return PhoneNumbers.flatMap(({ Status, PhoneNumber }) =>
    Status === "Verified" && PhoneNumber ? [PhoneNumber] : [],
  );
}

/** What the alarms on disks and on the database's storage say now. */
export async function readDisks(state: StackState, region: string): Promise<DiskFacts[]> {
  const names = namesIn(state).filter((name) => /disk|storage/i.test(name));
  const found = await describe(names, region);
  return found.map(({ name, state }) => ({ what: name, tooFull: tooFull(state) }));
}

function tooFull(state: string | undefined): boolean | undefined {
  return state === "ALARM" ? true : state === "OK" ? false : undefined;
}

function namesIn(state: StackState): string[] {
  // A metric alarm's `name` is what it is called in CloudWatch; a composite's is `alarmName`.
  return [...state.texts(ALARMS[0], "name"), ...state.texts(ALARMS[1], "alarmName")].sort();
}

async function describe(names: readonly string[], region: string): Promise<Described[]> {
  const client = new CloudWatchClient(clientSettings(region));
  const found: Described[] = [];
  for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
    const { MetricAlarms = [], CompositeAlarms = [] } = await client.send(
      new DescribeAlarmsCommand({
        AlarmNames: names.slice(from, from + NAMES_AT_ONCE),
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
        MaxRecords: NAMES_AT_ONCE,
      }),
    );
    for (const alarm of [...MetricAlarms, ...CompositeAlarms]) {
      found.push({
        name: alarm.AlarmName ?? "",
        arn: alarm.AlarmArn ?? "",
        topics: (alarm.AlarmActions ?? []).filter((arn) => /^arn:[\w-]+:sns:/.test(arn)),
        enabled: alarm.ActionsEnabled !== false,
        state: alarm.StateValue,
        ...("AlarmRule" in alarm && { parts: partsOf(alarm.AlarmRule ?? "") }),
      });
    }
  }
  return found;
}

/** `ALARM("a") OR ALARM(b)`: the words in the brackets (PutCompositeAlarm, AlarmRule). */
function partsOf(rule: string): string[] {
  const words = /(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*(?:"([^"]*)"|([^"()\s]+))\s*\)/g;
  return [...rule.matchAll(words)].map(([, quoted, bare = ""]) => (quoted ?? bare).trim());
}

/** In place of its ARN a subscription that nobody confirmed has `PendingConfirmation` (SNS API, ListSubscriptionsByTopic). */
async function subscribersOf(client: SNSClient, TopicArn: string): Promise<Subscriber[]> {
  const found: Subscriber[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }));
    for (const { Protocol = "", Endpoint = "", SubscriptionArn = "" } of page.Subscriptions ?? [])
      found.push({ protocol: Protocol, endpoint: Endpoint, confirmed: SubscriptionArn.startsWith("arn:") });
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}
