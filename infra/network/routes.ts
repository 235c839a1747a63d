import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { first } from "../sure.ts";

/** Subnets of one tier by the letter of their zone, in its order. */
export type Subnets = Map<string, aws.ec2.Subnet>;
/** Ids of subnets, each known once its way to the internet stands: what starts there earlier would find none. */
export type RoutedIds = pulumi.Output<string>[];
export type Child = { parent: pulumi.Resource };

/** The public ring: straight to and from the internet. */
export function openRing(
  name: string,
  vpc: aws.ec2.Vpc,
  subnets: Subnets,
  child: Child,
): { gateway: aws.ec2.InternetGateway; ids: RoutedIds } {
  const gateway = new aws.ec2.InternetGateway(
    `${name}-internet`,
    { vpcId: vpc.id, tags: { Name: name } },
    child,
  );
  const table = routeTable(`${name}-public`, vpc, child);
  const way = { routeTableId: table.id, gatewayId: gateway.id };
  const routes = [
    new aws.ec2.Route(`${name}-public-ipv4`, { ...way, destinationCidrBlock: "0.0.0.0/0" }, child),
    new aws.ec2.Route(`${name}-public-ipv6`, { ...way, destinationIpv6CidrBlock: "::/0" }, child),
  ];
  const ids = [...subnets].map(([zone, { id }]) =>
    idAfter(id, [...routes, associate(`${name}-public-${zone}`, table, id, child)]),
  );
  return { gateway, ids };
}

/**
 * The private ring: out through NAT. Each zone has its own table also where they share a gateway, so that more gateways
 * change routes only.
 */
export function outboundRing(
  name: string,
  { natPerZone }: { natPerZone: boolean },
  vpc: aws.ec2.Vpc,
  rings: { public: Subnets; private: Subnets },
  internet: aws.ec2.InternetGateway,
  child: Child,
): { tables: aws.ec2.RouteTable[]; ids: RoutedIds } {
  const gateways = [...rings.public]
    .slice(0, natPerZone ? undefined : 1)
    .map(([zone, { id }]) => [zone, natGateway(`${name}-nat-${zone}`, id, internet, child)] as const);
  const natOf = new Map(gateways);
  const ways = [...rings.private].map(([zone, { id }]) => {
    const table = routeTable(`${name}-private-${zone}`, vpc, child);
    const nat = natOf.get(zone) ?? first(gateways)[1];
    const route = new aws.ec2.Route(
      `${name}-private-${zone}`,
      { routeTableId: table.id, natGatewayId: nat.id, destinationCidrBlock: "0.0.0.0/0" },
      child,
    );
    const association = associate(`${name}-private-${zone}`, table, id, child);
    return { table, id: idAfter(id, [route, association]) };
  });
  return { tables: ways.map(({ table }) => table), ids: ways.map(({ id }) => id) };
}

/** The data ring: a table with no route but the network's own. */
export function isolatedRing(name: string, vpc: aws.ec2.Vpc, subnets: Subnets, child: Child): void {
  const table = routeTable(`${name}-data`, vpc, child);
  for (const [zone, { id }] of subnets) associate(`${name}-data-${zone}`, table, id, child);
}

function natGateway(
  name: string,
  subnetId: pulumi.Input<string>,
  internet: aws.ec2.InternetGateway,
  child: Child,
): aws.ec2.NatGateway {
  const address = new aws.ec2.Eip(name, { domain: "vpc", tags: { Name: name } }, child);
  return new aws.ec2.NatGateway(
    name,
    { subnetId, allocationId: address.id, tags: { Name: name } },
    // AWS refuses a gateway in a network that has no way to the internet yet.
    { ...child, dependsOn: internet },
  );
}

function routeTable(name: string, vpc: aws.ec2.Vpc, child: Child): aws.ec2.RouteTable {
  return new aws.ec2.RouteTable(name, { vpcId: vpc.id, tags: { Name: name } }, child);
}

function associate(
  name: string,
  table: aws.ec2.RouteTable,
  subnetId: pulumi.Input<string>,
  child: Child,
): aws.ec2.RouteTableAssociation {
  return new aws.ec2.RouteTableAssociation(name, { routeTableId: table.id, subnetId }, child);
}

function idAfter(id: pulumi.Output<string>, needed: pulumi.CustomResource[]): pulumi.Output<string> {
  return pulumi.all([id, pulumi.all(needed.map((each) => each.id))]).apply(([known]) => known);
}
