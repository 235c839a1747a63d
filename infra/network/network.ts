import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ipv6SubnetRange, type SubnetTier, subnetRange } from "./cidr.ts";
import { flowLogs } from "./flow-logs.ts";
import { type Child, isolatedRing, openRing, outboundRing } from "./routes.ts";

export interface NetworkArgs {
  region: string;
  /** An IPv4 /16, such as `10.20.0.0/16`. */
  cidr: string;
  /** Letters of two or three availability zones. */
  zones: string[];
  /** A NAT gateway in each zone; else one, in the first zone by letter, that all zones use. */
  natPerZone: boolean;
  logRetentionDays: number;
}

/** What a stack must know of the network that it stands in. */
export interface Subnetted {
  readonly vpcId: pulumi.Output<string>;
  /** The IPv4 range that the balancer's addresses are of. */
  readonly cidr: string;
  /** The AWS account that holds the network: 12 digits. */
  readonly accountId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string>[];
  readonly privateSubnetIds: pulumi.Output<string>[];
  readonly dataSubnetIds: pulumi.Output<string>[];
}

/**
 * A network of three rings in each zone: public for the balancer, private for servers (which reach the internet through
 * NAT and can't be reached from it), data with no way out at all.
 *
 * Only the public ring speaks IPv6: the balancer takes it from clients and goes on to the servers over IPv4.
 */
export class Network extends pulumi.ComponentResource implements Subnetted {
  readonly cidr: string;
  readonly vpcId: pulumi.Output<string>;
  readonly accountId: pulumi.Output<string>;
  /** One id for each zone, in the order of their letters; so are the next two. */
  readonly publicSubnetIds: pulumi.Output<string>[];
  readonly privateSubnetIds: pulumi.Output<string>[];
  readonly dataSubnetIds: pulumi.Output<string>[];

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Network", name, {}, opts);
    const child = { parent: this };
    const zones = args.zones.toSorted();

    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      {
        cidrBlock: args.cidr,
        assignGeneratedIpv6CidrBlock: true,
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: { Name: name },
      },
      child,
    );
    // What is launched without a security group gets the network's default one: it must let nothing in or out.
    new aws.ec2.DefaultSecurityGroup(`${name}-default`, { vpcId: vpc.id, ingress: [], egress: [] }, child);

    const ring = (tier: SubnetTier) =>
      new Map(zones.map((zone) => [zone, subnet(name, args, vpc, tier, zone, child)]));
    const rings = { public: ring("public"), private: ring("private"), data: ring("data") };

    const open = openRing(name, vpc, rings.public, child);
    const outbound = outboundRing(name, args, vpc, rings, open.gateway, child);
    isolatedRing(name, vpc, rings.data, child);

    // Image layers and packages come from S3: through the endpoint they cost nothing, through NAT they do.
    new aws.ec2.VpcEndpoint(
      `${name}-s3`,
      {
        vpcId: vpc.id,
        vpcEndpointType: "Gateway",
        serviceName: `com.amazonaws.${args.region}.s3`,
        routeTableIds: outbound.tables.map(({ id }) => id),
        tags: { Name: `${name}-s3` },
      },
      child,
    );
    flowLogs(name, { vpc, retentionDays: args.logRetentionDays }, child);

    this.vpcId = vpc.id;
    this.cidr = args.cidr;
    this.accountId = vpc.ownerId;
    this.publicSubnetIds = open.ids;
    this.privateSubnetIds = outbound.ids;
    this.dataSubnetIds = [...rings.data.values()].map(({ id }) => id);
    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
      dataSubnetIds: this.dataSubnetIds,
    });
  }
}

function subnet(
  name: string,
  { region, cidr }: NetworkArgs,
  vpc: aws.ec2.Vpc,
  tier: SubnetTier,
  zone: string,
  child: Child,
): aws.ec2.Subnet {
  const ipv6 = { ipv6CidrBlock: vpc.ipv6CidrBlock.apply((block) => ipv6SubnetRange(block, zone)) };
  return new aws.ec2.Subnet(
    `${name}-${tier}-${zone}`,
    {
      vpcId: vpc.id,
      availabilityZone: `${region}${zone}`,
      cidrBlock: subnetRange(cidr, tier, zone),
      ...(tier === "public" ? ipv6 : {}),
      // The balancer gets its public addresses without this; nothing else should have one by accident.
      mapPublicIpOnLaunch: false,
      assignIpv6AddressOnCreation: false,
      tags: { Name: `${name}-${tier}-${zone}` },
    },
    child,
  );
}
