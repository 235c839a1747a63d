import type { Graph, GraphResource } from "../../../graph/model.ts";
import { nameOf } from "../../../graph/resources.ts";
import { referencesIn } from "../../../graph/text.ts";
import { contains } from "./ranges.ts";
import { rulesOf, SECURITY_GROUP, type SecurityGroupRule } from "./rules.ts";

/** One end of traffic: an address range, or a resource in security groups. */
export interface End {
  label: string;
  range?: string;
  /** The resource's type; what a new one may do is compared with others of its type. */
  kind: string;
  urn?: string;
  /** The urn of the security group by which it is in the flow. */
  group?: string;
}

export interface Flow {
  from: End;
  to: End;
  /** `tcp`, `udp`, `icmp`, or `-1` for all. */
  protocol: string;
  ports: [number, number];
  /** The name of the security group with the rule. */
  group: string;
}

/** All traffic that the security groups let through, with a range at one end or resources at both. */
export function flowsOf(graph: Graph): Flow[] {
  const rules = graph.resources.flatMap(rulesOf);
  const members = membersOf(graph);
  const ingress = rules.filter(({ direction }) => direction === "ingress");
  const egress = rules.filter(({ direction }) => direction === "egress");
  return [
    ...ingress.flatMap((rule) => fromRange(rule, members)),
    ...egress.flatMap((rule) => toRange(rule, members)),
    ...ingress.flatMap((rule) => between(rule, egress, members)),
  ];
}

function fromRange({ peer, group, protocol, ports }: SecurityGroupRule, members: Map<string, End[]>): Flow[] {
  const { range } = peer;
  if (!range) return [];
  return endsIn(group, members).map((to) => ({
    from: rangeEnd(range),
    to,
    protocol,
    ports,
    group: nameOf(group),
  }));
}

function toRange({ peer, group, protocol, ports }: SecurityGroupRule, members: Map<string, End[]>): Flow[] {
  const { range } = peer;
  if (!range) return [];
  return endsIn(group, members).map((from) => ({
    from,
    to: rangeEnd(range),
    protocol,
    ports,
    group: nameOf(group),
  }));
}

/** Traffic between two groups flows where one lets it out and the other lets it in. */
function between(
  inward: SecurityGroupRule,
  egress: SecurityGroupRule[],
  members: Map<string, End[]>,
): Flow[] {
  const source = inward.peer.group;
  if (!source) return [];
  const ways = egress.filter(
    (out) => out.group === source && (out.peer.group === inward.group || out.peer.range !== undefined),
  );
  return ways.flatMap((out) => {
    const shared = overlap(inward, out);
    if (!shared) return [];
    return endsIn(source, members).flatMap((from) =>
      endsIn(inward.group, members).map((to) => ({ from, to, ...shared, group: nameOf(inward.group) })),
    );
  });
}

function overlap(a: SecurityGroupRule, b: SecurityGroupRule): Pick<Flow, "protocol" | "ports"> | undefined {
  if (a.protocol !== b.protocol && a.protocol !== "-1" && b.protocol !== "-1") return undefined;
  const ports: [number, number] = [Math.max(a.ports[0], b.ports[0]), Math.min(a.ports[1], b.ports[1])];
  return ports[0] <= ports[1]
    ? { protocol: a.protocol === "-1" ? b.protocol : a.protocol, ports }
    : undefined;
}

/** The resources in each security group. For an empty group the group itself stands. */
function membersOf(graph: Graph): Map<string, End[]> {
  const members = new Map<string, End[]>();
  for (const resource of graph.resources) {
    if (resource.type === SECURITY_GROUP || /securityGroup/i.test(resource.type)) continue;
    for (const urn of groupsOf(resource)) {
      const end: End = { label: labelOf(resource), kind: resource.type, urn: resource.urn, group: urn };
      members.set(urn, [...(members.get(urn) ?? []), end]);
    }
  }
  return members;
}

function groupsOf({ inputs }: GraphResource): Set<string> {
  const groups = referencesIn(inputs).filter(
    ({ urn, property }) => property === "id" && urn.includes(SECURITY_GROUP),
  );
  return new Set(groups.map(({ urn }) => urn));
}

function labelOf(resource: GraphResource): string {
  return resource.type === "aws:ec2/launchTemplate:LaunchTemplate"
    ? `the servers of ${resource.name}`
    : resource.name;
}

function endsIn(group: string, members: Map<string, End[]>): End[] {
  return members.get(group) ?? [{ label: nameOf(group), kind: SECURITY_GROUP, urn: group, group }];
}

function rangeEnd(range: string): End {
  const isAll = range === "0.0.0.0/0" || range === "::/0";
  const label = isAll ? `the internet (${range})` : range;
  return { label, range, kind: "range" };
}

/**
 * Whether traffic was possible before. For a resource that didn't exist before, others of its type are asked: the
 * servers of a new track may do what the servers of a track do.
 */
export function coveredBy(flow: Flow, old: Flow[], existed: Set<string>): boolean {
  const ways = old.filter(
    (each) =>
      sameEnd(flow.from, each.from, existed) &&
      sameEnd(flow.to, each.to, existed) &&
      (each.protocol === flow.protocol || each.protocol === "-1"),
  );
  const ranges = ways.map(({ ports }) => ports).toSorted((a, b) => a[0] - b[0]);
  let from = flow.ports[0];
  for (const [low, high] of ranges) if (low <= from) from = Math.max(from, high + 1);
  return from > flow.ports[1];
}

function sameEnd(now: End, was: End, existed: Set<string>): boolean {
  if (now.range !== undefined) return was.range !== undefined && contains(was.range, now.range);
  // An empty group opens nothing that it didn't open for what was in it.
  if (now.kind === SECURITY_GROUP) return was.group === now.group;
  if (now.urn !== undefined && existed.has(now.urn)) return was.urn === now.urn;
  return was.kind === now.kind;
}

export function portsText([low, high]: [number, number], protocol = "tcp"): string {
  if (protocol === "-1") return "every port and protocol";
  if (protocol.startsWith("icmp")) return protocol;
  const word =
    low === 0 && high === 65_535 ? "every port" : low === high ? `port ${low}` : `ports ${low} to ${high}`;
  return protocol === "tcp" ? word : `${word} (${protocol})`;
}
