import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** Where a name leads: the balancer's own name, and the hosted zone of that name, not of the domain's. */
interface Target {
  dnsName: pulumi.Input<string>;
  zoneId: pulumi.Input<string>;
}

/**
 * Leads a name to the balancer, by IPv4 and IPv6.
 *
 * @param opts after the listener: who comes by the name is answered, and its servers' health is known by then
 */
export function aliasRecords(
  name: string,
  { domain, zoneId }: { domain: string; zoneId: pulumi.Input<string> },
  balancer: Target,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const type of ["A", "AAAA"]) {
    new aws.route53.Record(
      `${name}-${type.toLowerCase()}`,
      {
        zoneId,
        name: domain,
        type,
        // The name has one answer, so its health can't change it.
        aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: false }],
      },
      opts,
    );
  }
}
