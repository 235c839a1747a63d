import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { given } from "../sure.ts";

export interface FirewallArgs {
  vpcId: pulumi.Input<string>;
  /** Address ranges, IPv4 or IPv6, from which servers take ssh. Empty closes the port. */
  sshFrom: string[];
  /** The security group of a database that is there already. */
  databaseGroupId?: string | undefined;
  /** Whether there is a cache to reach. */
  cache: boolean;
  /** Where servers may connect to besides what they need themselves. */
  egress: { port: number; to: string[] }[];
}

const PARTS = {
  balancer: "The load balancer: the only part that the internet reaches",
  servers: "The servers of every track",
  database: "PostgreSQL",
  cache: "Redis",
};
type Part = keyof typeof PARTS;

/** Addresses outside the network, with the word that stands for them in a rule's name. */
interface Outside {
  range: string;
  word: string;
}

/** Traffic that may flow: one TCP port, one peer at each end. */
interface Flow {
  from: Part | Outside;
  to: Part | Outside;
  port: number;
  /** The rules' description, without apostrophes and quotes: EC2 refuses them. */
  why: string;
}

const IPV4: Outside = { range: "0.0.0.0/0", word: "internet-ipv4" };
const IPV6: Outside = { range: "::/0", word: "internet-ipv6" };

/** All traffic that there is. What isn't here is refused, in both directions; answers to it need no rule. */
function flows({ sshFrom, egress }: Pick<FirewallArgs, "sshFrom" | "egress">): Flow[] {
  return [
    ...[IPV4, IPV6].flatMap((from): Flow[] => [
      { from, to: "balancer", port: 443, why: "HTTPS from clients" },
      { from, to: "balancer", port: 80, why: "HTTP from clients, only to be redirected to HTTPS" },
    ]),
    { from: "balancer", to: "servers", port: 443, why: "Requests and health checks, over TLS" },
    { from: "servers", to: "database", port: 5432, why: "PostgreSQL over TLS" },
    { from: "servers", to: "cache", port: 6379, why: "Redis over TLS" },
    // Servers have no IPv6 address, so IPv4 is the whole internet to them.
    { from: "servers", to: IPV4, port: 443, why: "AWS services, the image registry and outside APIs" },
    { from: "servers", to: IPV4, port: 80, why: "Ubuntu package mirrors (packages are signed)" },
    ...egress.flatMap(({ port, to }) =>
      [...new Set(to)].toSorted().map(
        (range): Flow => ({
          from: "servers",
          to: range === IPV4.range ? IPV4 : { range, word: wordFor(range) },
          port,
          why: "A service that the app uses (rollout:app.egress)",
        }),
      ),
    ),
    ...[...new Set(sshFrom)].toSorted().map(
      (range): Flow => ({
        from: { range, word: `ssh-${wordFor(range)}` },
        to: "servers",
        port: 22,
        why: "ssh from the address of an operator",
      }),
    ),
  ];
}

function wordFor(range: string): string {
  return range.replaceAll(/[^0-9a-f]/gi, "-");
}

/** Security groups chained internet → balancer → servers → database and cache, with a rule for each end of a flow. */
export class Firewall extends pulumi.ComponentResource {
  readonly balancerGroupId: pulumi.Output<string>;
  readonly serversGroupId: pulumi.Output<string>;
  readonly databaseGroupId: pulumi.Output<string>;
  /** Undefined where there is no cache. */
  readonly cacheGroupId: pulumi.Output<string> | undefined;

  constructor(name: string, args: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Firewall", name, {}, opts);
    const child = { parent: this };

    const groupOf = (part: Part) =>
      new aws.ec2.SecurityGroup(
        `${name}-${part}`,
        { vpcId: args.vpcId, description: PARTS[part], tags: { Name: `${name}-${part}` } },
        child,
      ).id;
    const groups = {
      balancer: groupOf("balancer"),
      servers: groupOf("servers"),
      database: args.databaseGroupId ? pulumi.output(args.databaseGroupId) : groupOf("database"),
      cache: args.cache ? groupOf("cache") : undefined,
    };

    for (const { from, to, port, why } of flows(args)) {
      if ([from, to].some((end) => isPart(end) && !groups[end])) continue;
      const rule = { ipProtocol: "tcp", fromPort: port, toPort: port, description: why };
      if (isPart(to)) {
        new aws.vpc.SecurityGroupIngressRule(
          `${name}-${to}-${port}-from-${wordOf(from)}`,
          { ...rule, securityGroupId: ofPart(groups, to), ...peer(from, groups) },
          child,
        );
      }
      if (isPart(from)) {
        new aws.vpc.SecurityGroupEgressRule(
          `${name}-${from}-to-${wordOf(to)}-${port}`,
          { ...rule, securityGroupId: ofPart(groups, from), ...peer(to, groups) },
          child,
        );
      }
    }

    this.balancerGroupId = groups.balancer;
    this.serversGroupId = groups.servers;
    this.databaseGroupId = groups.database;
    this.cacheGroupId = groups.cache;
    this.registerOutputs({
      balancerGroupId: this.balancerGroupId,
      serversGroupId: this.serversGroupId,
      databaseGroupId: this.databaseGroupId,
      cacheGroupId: this.cacheGroupId,
    });
  }
}

function isPart(end: Part | Outside): end is Part {
  return typeof end === "string";
}

type Groups = Record<Part, pulumi.Output<string> | undefined>;

/** There is no flow to a part that there isn't. */
function ofPart(groups: Groups, part: Part): pulumi.Output<string> {
  return given(groups[part], part);
}

function wordOf(end: Part | Outside): string {
  return isPart(end) ? end : end.word;
}

/** The other end of a rule, as AWS wants it: a group, or a range of one of the two address families. */
function peer(end: Part | Outside, groups: Groups) {
  if (isPart(end)) return { referencedSecurityGroupId: ofPart(groups, end) };
  return end.range.includes(":") ? { cidrIpv6: end.range } : { cidrIpv4: end.range };
}
