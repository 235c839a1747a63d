import { member } from "../sure.ts";
import { ofType, onCompanion, onProperty, type Policy, type Resource } from "./policy.ts";
import { at, isFalse, type Json, list } from "./values.ts";

const VPC = "aws:ec2/vpc:Vpc";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const OLD_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";

/** The network and its security groups. Source of the controls: AWS Security Hub, "Controls for Amazon EC2". */
export const networkPolicies: Policy[] = [
  onCompanion(
    VPC,
    { type: "aws:ec2/flowLog:FlowLog", by: "vpcId", missing: "it has no flow log" },
    {
      id: "network-flow-logs",
      title: "A network keeps a log of its connections",
      controls: ["EC2.6"],
      why: "After an incident nobody can tell what talked to what.",
      advice: "Add a FlowLog for the VPC.",
    },
  ),
  onCompanion(
    VPC,
    {
      type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
      by: "vpcId",
      fits: ({ inputs }) => list(inputs.ingress).length === 0 && list(inputs.egress).length === 0,
      missing: "its default security group isn't closed",
    },
    {
      id: "network-default-group-closed",
      title: "The default security group lets nothing through",
      controls: ["EC2.2"],
      why: "What is put into it by mistake can be reached by everything else in it.",
      advice: "Adopt it as a DefaultSecurityGroup with no rules.",
    },
  ),
  onProperty(
    "aws:ec2/subnet:Subnet",
    "mapPublicIpOnLaunch",
    (value) => value === undefined || isFalse(value),
    {
      id: "network-no-public-addresses",
      title: "A subnet doesn't hand out public addresses",
      controls: ["EC2.15"],
      why: "Whatever is started there is on the internet without anybody's decision.",
      advice: "Leave mapPublicIpOnLaunch false; balancers and NAT gateways don't need it.",
    },
  ),
  {
    id: "internet-web-ports-only",
    title: "The internet reaches ports 80 and 443 and no other",
    controls: ["EC2.18", "EC2.19"],
    why: "Every other port is one that attackers find within hours.",
    advice: "Name the source: a security group, or the operators' addresses.",
    types: [INGRESS, OLD_RULE, GROUP],
    broken: (resource) =>
      openings(resource)
        .filter(({ source, from, to }) => isEverywhere(source) && !(from === to && [80, 443].includes(from)))
        .map((opening) => `${said(opening)} is open to ${opening.source}`),
  },
  {
    id: "remote-access-named",
    title: "Remote access is open to named addresses only",
    controls: ["EC2.13", "EC2.14", "EC2.53", "EC2.54"],
    why: "Passwords and keys of everybody who has access are tried from everywhere.",
    advice:
      "List single addresses in rollout:operators.sshFrom, or use the session manager, which needs no port.",
    types: [INGRESS, OLD_RULE, GROUP],
    broken: (resource) =>
      openings(resource)
        .filter(({ from, to }) => [22, 3389].some((port) => from <= port && port <= to))
        .filter(({ source }) => isWide(source))
        .map((opening) => `${said(opening)} is open to ${opening.source}`),
  },
  {
    id: "internet-stops-at-balancer",
    title: "The internet reaches balancers, and nothing behind them",
    controls: [],
    why: "Past the balancer there is no web firewall, no TLS policy and no access log.",
    advice: "Use a security group of its own that takes connections from the balancer's group.",
    brokenIn: (resources) => {
      const open = groupsOpenTo(resources, isEverywhere);
      return ofType(resources, ...Object.keys(GROUPS_OF)).flatMap((resource) =>
        groupsOf(resource)
          .filter((urn) => open.has(urn))
          .map((urn) => ({ resource, found: `its security group ${nameOf(urn)} is open to the internet` })),
      );
    },
  },
  {
    id: "data-from-groups-only",
    title: "Databases and caches take connections from security groups, not from addresses",
    controls: [],
    why: "Addresses are handed to the next machine; who may read the data would depend on luck.",
    advice: "Refer to the servers' security group in the rule.",
    brokenIn: (resources) => {
      const open = groupsOpenTo(resources, () => true);
      const { [TEMPLATE]: _servers, ...data } = GROUPS_OF;
      return ofType(resources, ...Object.keys(data)).flatMap((resource) =>
        groupsOf(resource)
          .filter((urn) => open.has(urn))
          .map((urn) => ({ resource, found: `its security group ${nameOf(urn)} has a rule for addresses` })),
      );
    },
  },
];

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";

/** What sits behind a balancer, and the properties that name its security groups. */
const GROUPS_OF: Record<string, string[]> = {
  [TEMPLATE]: ["networkInterfaces", "vpcSecurityGroupIds"],
  "aws:rds/instance:Instance": ["vpcSecurityGroupIds"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["securityGroupIds"],
};

function groupsOf({ type, refs }: Resource): string[] {
  return member(GROUPS_OF, type).flatMap((property) => refs[property] ?? []);
}

/** The urns of the security groups that let in addresses of a kind. */
function groupsOpenTo(resources: Resource[], isOpen: (source: string) => boolean): Set<string> {
  return new Set(
    ofType(resources, INGRESS, OLD_RULE, GROUP)
      .filter((rule) => openings(rule).some(({ source }) => isOpen(source)))
      .flatMap((rule) => (rule.type === GROUP ? [rule.urn] : (rule.refs.securityGroupId ?? []))),
  );
}

interface Opening {
  /** An address range. */
  source: string;
  from: number;
  to: number;
}

/** The address ranges that a rule, in any of its three forms, lets in. */
function openings({ type, inputs }: Resource): Opening[] {
  if (type === OLD_RULE && inputs.type !== "ingress") return [];
  return (type === GROUP ? list(inputs.ingress) : [inputs]).flatMap((rule) => {
    const all = [at(rule, "ipProtocol"), at(rule, "protocol")].some((each) => each === "-1" || each === -1);
    const [from, to] = all ? [0, 65535] : [port(at(rule, "fromPort"), 0), port(at(rule, "toPort"), 65535)];
    return ["cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks"]
      .flatMap((key) => list(at(rule, key)))
      .map((source) => ({ source: String(source), from, to }));
  });
}

function port(value: Json | undefined, fallback: number): number {
  return typeof value === "number" || typeof value === "string" ? Number(value) : fallback;
}

function isEverywhere(source: string): boolean {
  return /\/0$/.test(source);
}

/** Ranges wider than an office: the same limits as for `rollout:operators.sshFrom`. */
function isWide(source: string): boolean {
  const bits = Number(source.split("/")[1] ?? (source.includes(":") ? 128 : 32));
  return bits < (source.includes(":") ? 64 : 24);
}

function said({ from, to }: Opening): string {
  return from === to ? `port ${from}` : `ports ${from} to ${to}`;
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
