import * as aws from "@pulumi/aws";
import { describe, expect, test } from "vitest";
import { Network, type NetworkArgs } from "../../../infra/network/network.ts";
import { type Recording, record } from "../../support/mocks.ts";

const ARGS: NetworkArgs = {
  region: "us-east-1",
  cidr: "10.20.0.0/16",
  zones: ["b", "a"],
  natPerZone: false,
  logRetentionDays: 30,
};

const SUBNET = "aws:ec2/subnet:Subnet";
const ROUTE = "aws:ec2/route:Route";
const NAT = "aws:ec2/natGateway:NatGateway";

function network(change: Partial<NetworkArgs> = {}, name = "beta"): Promise<Recording> {
  return record(() => {
    const { vpcId, publicSubnetIds, privateSubnetIds, dataSubnetIds } = new Network(name, {
      ...ARGS,
      ...change,
    });
    return { vpcId, publicSubnetIds, privateSubnetIds, dataSubnetIds };
  });
}

const recorded = await network();

describe("subnets", () => {
  test("one of each tier in each zone, in the order of the zones' letters", () => {
    expect(recorded.outputs).toEqual({
      vpcId: "${beta-vpc.id}",
      publicSubnetIds: ["${beta-public-a.id}", "${beta-public-b.id}"],
      privateSubnetIds: ["${beta-private-a.id}", "${beta-private-b.id}"],
      dataSubnetIds: ["${beta-data-a.id}", "${beta-data-b.id}"],
    });
    for (const { name, inputs } of recorded.of(SUBNET)) {
      expect(inputs.availabilityZone).toBe(`us-east-1${name.at(-1)}`);
    }
  });

  test("no machine gets a public address because of where it is", () => {
    for (const { name, inputs } of recorded.of(SUBNET)) {
      expect(inputs.mapPublicIpOnLaunch, name).toBe(false);
      expect(inputs.assignIpv6AddressOnCreation, name).toBe(false);
      expect(inputs.ipv6CidrBlock !== undefined, name).toBe(name.startsWith("beta-public-"));
    }
  });

  test("a third zone leaves the first two as they are", async () => {
    const three = await network({ zones: ["a", "b", "c"] });
    for (const { name, inputs } of recorded.of(SUBNET))
      expect(three.one(SUBNET, name).inputs).toEqual(inputs);
  });
});

describe("ways out", () => {
  test("only the public subnets are routed to the internet's gateway", () => {
    const open = recorded.of(ROUTE).filter(({ inputs }) => inputs.gatewayId);
    expect(open.map(({ inputs }) => inputs.routeTableId)).toEqual(Array(2).fill("${beta-public.id}"));
    expect(subnetsOf(recorded, "${beta-public.id}")).toEqual(["${beta-public-a.id}", "${beta-public-b.id}"]);
  });

  test("the data subnets' table has no route", () => {
    expect(subnetsOf(recorded, "${beta-data.id}")).toEqual(["${beta-data-a.id}", "${beta-data-b.id}"]);
    expect(recorded.of(ROUTE).filter(({ inputs }) => inputs.routeTableId === "${beta-data.id}")).toEqual([]);
  });

  test("beta shares one NAT gateway", () => {
    expect(recorded.of(NAT).map(({ inputs }) => inputs.subnetId)).toEqual(["${beta-public-a.id}"]);
    expect(natRoutes(recorded)).toEqual({
      "${beta-private-a.id}": "${beta-nat-a.id}",
      "${beta-private-b.id}": "${beta-nat-a.id}",
    });
  });

  test("prod has one for each zone, so that a lost zone takes no other with it", async () => {
    const prod = await network({ natPerZone: true, zones: ["a", "b", "c"] }, "prod");
    expect(prod.of(NAT)).toHaveLength(3);
    expect(natRoutes(prod)).toEqual({
      "${prod-private-a.id}": "${prod-nat-a.id}",
      "${prod-private-b.id}": "${prod-nat-b.id}",
      "${prod-private-c.id}": "${prod-nat-c.id}",
    });
  });

  test("S3 is reached from the servers' subnets without NAT", () => {
    const { inputs } = recorded.one("aws:ec2/vpcEndpoint:VpcEndpoint");
    expect(inputs).toMatchObject({
      vpcEndpointType: "Gateway",
      serviceName: "com.amazonaws.us-east-1.s3",
      routeTableIds: ["${beta-private-a.id}", "${beta-private-b.id}"],
    });
  });
});

test("the network's default security group lets nothing through", () => {
  const { inputs } = recorded.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
  expect(inputs).toMatchObject({ vpcId: "${beta-vpc.id}", ingress: [], egress: [] });
});

test("who uses a subnet waits for its way to the internet: a server that boots without one stays broken", async () => {
  const { one, resources } = await record(() => {
    const { publicSubnetIds, privateSubnetIds } = new Network("beta", ARGS);
    new aws.lb.LoadBalancer("balancer", { subnets: publicSubnetIds });
    new aws.autoscaling.Group("servers", { vpcZoneIdentifiers: privateSubnetIds, minSize: 1, maxSize: 1 });
  });
  const needs = (type: string) => {
    const { dependencies } = one(type);
    return resources
      .filter(({ type, urn }) => /route:Route$|Association$/.test(type) && dependencies.includes(urn))
      .map(({ name }) => name)
      .toSorted();
  };
  expect(needs("aws:lb/loadBalancer:LoadBalancer")).toEqual([
    "beta-public-a",
    "beta-public-b",
    "beta-public-ipv4",
    "beta-public-ipv6",
  ]);
  expect(needs("aws:autoscaling/group:Group")).toEqual([
    "beta-private-a", // the route and the association
    "beta-private-a",
    "beta-private-b",
    "beta-private-b",
  ]);
});

describe("flow logs", () => {
  test("all traffic is logged and kept as long as asked", () => {
    expect(recorded.one("aws:ec2/flowLog:FlowLog").inputs).toMatchObject({
      vpcId: "${beta-vpc.id}",
      trafficType: "ALL",
      logDestination: "${beta-flow.arn}",
      iamRoleArn: "${beta-flow.arn}",
    });
    expect(recorded.one("aws:cloudwatch/logGroup:LogGroup").inputs).toMatchObject({
      name: "/rollout/beta/network",
      retentionInDays: 30,
    });
  });

  test("their role is for flow logs of this account, and writes to their group only", () => {
    const trust = JSON.parse(recorded.one("aws:iam/role:Role").inputs.assumeRolePolicy);
    expect(trust.Statement).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "vpc-flow-logs.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": "${beta-vpc.ownerId}" } },
      },
    ]);
    const may = JSON.parse(recorded.one("aws:iam/rolePolicy:RolePolicy").inputs.policy);
    expect(may.Statement[0].Resource).toEqual(["${beta-flow.arn}", "${beta-flow.arn}:*"]);
  });
});

test("everything belongs to the component", () => {
  const component = recorded.one("rollout:infra:Network", "beta");
  for (const { urn, name, parent } of recorded.resources) {
    if (urn !== component.urn) expect(parent, name).toBe(component.urn);
  }
});

function subnetsOf({ of }: Recording, routeTableId: string): string[] {
  return of("aws:ec2/routeTableAssociation:RouteTableAssociation")
    .filter(({ inputs }) => inputs.routeTableId === routeTableId)
    .map(({ inputs }) => inputs.subnetId)
    .toSorted();
}

function natRoutes({ of }: Recording): Record<string, string> {
  const routes = of(ROUTE).filter(({ inputs }) => inputs.natGatewayId);
  return Object.fromEntries(routes.map(({ inputs }) => [inputs.routeTableId, inputs.natGatewayId]));
}
