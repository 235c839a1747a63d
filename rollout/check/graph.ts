import type { Graph, Value } from "../graph/model.ts";
import { ofType } from "../graph/resources.ts";
import { referencesIn } from "../graph/text.ts";
import { TYPES } from "../graph/types.ts";
import type { AlarmFacts, Subscriber } from "./checks/alarms.ts";
import type { QuotaFacts } from "./checks/quotas.ts";

// What the checks read off the captured resources.

/** Alarms and topics by their resources' names; whether people have confirmed isn't in a graph. */
export function alarmsOf(graph: Graph): AlarmFacts {
  const names = new Map(graph.resources.map(({ urn, name }) => [urn, name]));
  const named = (value: Value | undefined) => [
    ...new Set(referencesIn(value).map(({ urn }) => names.get(urn) ?? urn)),
  ];
  const topics: Record<string, Subscriber[]> = {};
  for (const { inputs } of ofType(graph, TYPES.subscription)) {
    const [topic = ""] = named(inputs.topic);
    const { protocol, endpoint } = inputs;
    const subscriber = { protocol: String(protocol), endpoint: String(endpoint), confirmed: undefined };
    topics[topic] = [...(topics[topic] ?? []), subscriber];
  }
  const alarms = [...ofType(graph, TYPES.metricAlarm), ...ofType(graph, TYPES.compositeAlarm)].map(
    ({ type, name, inputs }) => ({
      name,
      topics: named(inputs.alarmActions),
      enabled: inputs.actionsEnabled !== false,
      ...(type === TYPES.compositeAlarm && { parts: named(inputs.alarmRule) }),
    }),
  );
  return { alarms, topics };
}

/** Ports that the internet reaches, by the rules of the balancer's groups. Sorted. */
export function openPortsOf(graph: Graph): number[] {
  const groups = new Set(
    ofType(graph, TYPES.balancer).flatMap(({ inputs }) =>
      referencesIn(inputs.securityGroups).map(({ urn }) => urn),
    ),
  );
  const open = ofType(graph, TYPES.ingress).filter(
    ({ inputs }) =>
      referencesIn(inputs.securityGroupId).some(({ urn }) => groups.has(urn)) &&
      (inputs.cidrIpv4 === "0.0.0.0/0" || inputs.cidrIpv6 === "::/0"),
  );
  return [...new Set(open.map(({ inputs }) => Number(inputs.fromPort)))].sort((a, b) => a - b);
}

/** The kinds of address (A, AAAA) for which the name is an alias of the balancer. */
export function aliasesOf(graph: Graph, domain: string): string[] {
  const balancers = new Set(ofType(graph, TYPES.balancer).map(({ urn }) => urn));
  return ofType(graph, TYPES.record)
    .filter(
      ({ inputs }) =>
        inputs.name === domain && referencesIn(inputs.aliases).some(({ urn }) => balancers.has(urn)),
    )
    .map(({ inputs }) => String(inputs.type))
    .sort();
}

/**
 * What the stack needs of the account, by the quotas' names in Service Quotas. A deployment replaces a track's servers
 * while the old ones still run, so the largest track counts twice.
 */
export function needsOf(graph: Graph): (Omit<QuotaFacts, "limit"> & { service: string })[] {
  const sizes = ofType(graph, TYPES.autoscalingGroup).map(({ inputs }) =>
    Number(inputs.maxSize ?? inputs.desiredCapacity ?? 1),
  );
  const servers = sizes.reduce((sum, size) => sum + size, 0) + Math.max(0, ...sizes);
  const cpus = Math.max(
    0,
    ...ofType(graph, TYPES.launchTemplate).map(({ inputs }) => vcpusOf(String(inputs.instanceType))),
  );
  return [
    {
      service: "ec2",
      name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
      need: servers * cpus,
    },
    {
      service: "elasticloadbalancing",
      name: "Target Groups per Region",
      need: ofType(graph, TYPES.targetGroup).length,
    },
    {
      service: "elasticloadbalancing",
      name: "Rules per Application Load Balancer",
      need: ofType(graph, TYPES.listenerRule).length,
    },
    {
      service: "elasticloadbalancing",
      name: "Application Load Balancers per Region",
      need: ofType(graph, TYPES.balancer).length,
    },
  ];
}

/** AWS docs, "Amazon EC2 instance types": a size has as many in almost every family; the burstable ones below have two. */
function vcpusOf(instanceType: string): number {
  const [family = "", size = ""] = instanceType.split(".");
  const times = /^(\d*)xlarge$/.exec(size);
  if (times) return 4 * Number(times[1] || 1);
  if (size === "medium" && !family.startsWith("t")) return 1;
  return 2;
}
