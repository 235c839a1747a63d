import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Subnetted } from "./network.ts";

export interface ExistingNetworkArgs {
  /** Its id. */
  vpc: string;
  /** The IPv4 range of its public subnets. */
  cidr: string;
  /** Ids of subnets; so are the next two. */
  public: string[];
  private: string[];
  data: string[];
}

/**
 * A network that is there already: the stack stands in it and changes nothing of it. Its routes, its flow log and its default
 * security group are its owner's.
 */
export function existingNetwork(
  { vpc, cidr, ...subnets }: ExistingNetworkArgs,
  opts: pulumi.InvokeOptions,
): Subnetted {
  const ids = (given: string[]) => given.map((id) => pulumi.output(id));
  return {
    vpcId: pulumi.output(vpc),
    cidr,
    accountId: aws.getCallerIdentityOutput({}, opts).accountId,
    publicSubnetIds: ids(subnets.public),
    privateSubnetIds: ids(subnets.private),
    dataSubnetIds: ids(subnets.data),
  };
}
