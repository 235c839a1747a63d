import { ofType, onCompanion, onProperty, type Policy, type Resource } from "./policy.ts";
import { atLeast, type Json, list, said } from "./values.ts";

const METRIC = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
const TOPIC = "aws:sns/topic:Topic";
const isSet = (value: Json | undefined) => value !== undefined && value !== null && value !== "";

/** Alarms, those who are told, and logs. Source of the controls: AWS Security Hub, "Controls for CloudWatch", "SNS". */
export const alarmPolicies: Policy[] = [
  {
    id: "alarms-heard",
    title: "An alarm tells somebody, or another alarm or AppConfig listens to it",
    controls: ["CloudWatch.15"],
    why: "It goes off and nobody knows.",
    advice: "Give it a topic in alarmActions.",
    brokenIn: (resources) => {
      const heard = new Set(
        resources.flatMap(({ refs }) => [...(refs.alarmRule ?? []), ...(refs.monitors ?? [])]),
      );
      return ofType(resources, METRIC, COMPOSITE)
        .filter((alarm) => !tells(alarm) && !heard.has(alarm.urn))
        .map((resource) => ({ resource, found: "it has no action, and nothing listens to it" }));
    },
  },
  {
    id: "alarms-on",
    title: "An alarm's actions are switched on",
    controls: ["CloudWatch.17"],
    why: "It goes off and nobody knows.",
    advice: "Leave actionsEnabled on; for planned work use a time-limited mute in CloudWatch.",
    types: [METRIC, COMPOSITE],
    broken: ({ inputs }) =>
      inputs.actionsEnabled === false ? [`actionsEnabled is ${said(inputs.actionsEnabled)}`] : [],
  },
  onProperty(METRIC, "treatMissingData", isSet, {
    id: "alarms-missing-data",
    title: "An alarm says what missing data means",
    controls: [],
    why: "By default silence is neither good nor bad: an alarm about something dead never goes off.",
    advice: "Set treatMissingData.",
  }),
  onCompanion(
    TOPIC,
    {
      type: "aws:sns/topicSubscription:TopicSubscription",
      by: "topic",
      missing: "nobody is subscribed to it",
    },
    {
      id: "topics-reach-people",
      title: "Somebody is subscribed to every topic",
      controls: [],
      why: "Alarms go off and nobody is told.",
      advice: "Name people in rollout:operators.email.",
    },
  ),
  onProperty(TOPIC, "kmsMasterKeyId", isSet, {
    id: "topics-encrypted",
    title: "Messages to people are encrypted at rest",
    controls: ["SNS.1"],
    why: "Alarms say what is weak and when.",
    advice: "Set kmsMasterKeyId.",
  }),
  onProperty("aws:cloudwatch/logGroup:LogGroup", "retentionInDays", atLeast(30), {
    id: "logs-kept",
    title: "Logs are kept for 30 days or more, and not for ever",
    controls: ["CloudWatch.16"],
    why: "Too short, and the start of an incident is gone; without an end, users' addresses stay for good.",
    advice: "Set retentionInDays to 30 or more.",
  }),
];

function tells({ inputs }: Resource): boolean {
  return list(inputs.alarmActions).length > 0 || /known after/.test(String(inputs.alarmActions));
}
