import type { GraphResource, Value } from "../../../graph/model.ts";
import { referencesIn } from "../../../graph/text.ts";

export const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";

/** A rule of a security group, taken apart: one peer. */
export interface SecurityGroupRule {
  direction: "ingress" | "egress";
  /** The urn of the security group. */
  group: string;
  /** `tcp`, `udp`, `icmp`, or `-1` for all. */
  protocol: string;
  ports: [number, number];
  /** An address range, or the urn of a security group. */
  peer: { range?: string; group?: string };
}

type Inputs = { [key: string]: Value };

/** The rules that a resource adds: its own resource type, the older one, or inside of the group. */
export function rulesOf(resource: GraphResource): SecurityGroupRule[] {
  const { type, inputs, urn } = resource;
  const group = referencesIn(inputs.securityGroupId)[0]?.urn;
  if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") {
    return group ? taken(inputs, "ingress", group) : [];
  }
  if (type === "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") {
    return group ? taken(inputs, "egress", group) : [];
  }
  if (type === "aws:ec2/securityGroupRule:SecurityGroupRule") {
    return group ? taken(inputs, inputs.type as SecurityGroupRule["direction"], group) : [];
  }
  if (!/^aws:ec2\/(s|defaultS)ecurityGroup:/.test(type)) return [];
  return (["ingress", "egress"] as const).flatMap((direction) => {
    const inline = Array.isArray(inputs[direction]) ? (inputs[direction] as Inputs[]) : [];
    return inline.flatMap((rule) => taken(rule, direction, urn));
  });
}

function taken(
  inputs: Inputs,
  direction: SecurityGroupRule["direction"],
  group: string,
): SecurityGroupRule[] {
  const protocol = protocolOf(String(inputs.ipProtocol ?? inputs.protocol ?? "-1"));
  const ports: [number, number] =
    protocol === "-1" ? [0, 65_535] : [Number(inputs.fromPort ?? 0), Number(inputs.toPort ?? 65_535)];
  return peersOf(inputs, group).map((peer) => ({ direction, group, protocol, ports, peer }));
}

/** AWS also takes the protocols' numbers. */
function protocolOf(name: string): string {
  return { "6": "tcp", "17": "udp", "1": "icmp", all: "-1" }[name.toLowerCase()] ?? name.toLowerCase();
}

function peersOf(inputs: Inputs, group: string): SecurityGroupRule["peer"][] {
  const ranges = ["cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks"]
    .flatMap((key) => inputs[key] ?? [])
    .filter((range) => typeof range === "string");
  const groups = ["referencedSecurityGroupId", "sourceSecurityGroupId", "securityGroups"]
    .flatMap((key) => referencesIn(inputs[key]))
    .map(({ urn }) => urn);
  const own = inputs.self === true ? [group] : [];
  return [...ranges.map((range) => ({ range })), ...[...groups, ...own].map((urn) => ({ group: urn }))];
}
