import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Sessions, tagOf } from "../sessions/rules.ts";
import type { Settings } from "../settings/settings.ts";
import { Balancer } from "../traffic/balancer.ts";
import { Certificate } from "../traffic/certificate.ts";
import { FurtherNames } from "../traffic/further-names.ts";
import { WebFirewall } from "../traffic/waf.ts";
import type { Environment } from "./environment.ts";
import type { Ground } from "./ground.ts";
import type { Serving } from "./serving.ts";

export type Entrance = ReturnType<typeof entranceOf>;

/** The way in: the name and its certificate, the balancer that splits the traffic, and the web firewall before it. */
export function entranceOf(
  { stack, settings, tier, opts }: Environment,
  { network, firewall, secrets }: Ground,
  tracks: Serving,
) {
  const { domain } = settings;
  const { zoneId } = aws.route53.getZoneOutput({ name: settings.zone }, { provider: opts.providers.aws });
  const zoneIds = new Map([[settings.zone, zoneId]]);
  const names = settings.domains.map((each) => ({ ...each, zoneId: zoneIdOf(each.zone) }));
  const certificate = new Certificate(stack, { domain, zoneId, others: names }, opts);
  const balancer = new Balancer(
    stack,
    {
      accountId: network.accountId,
      domain,
      zoneId,
      subnetIds: network.publicSubnetIds,
      securityGroupId: firewall.balancerGroupId,
      certificateArn: certificate.arn,
      tracks: settings.tracks.map(({ name, weight }) => ({
        name,
        weight,
        targetGroupArn: tracks.of(name).targetGroupArn,
        servers: tracks.of(name).group,
      })),
      sessions: settings.stickiness === "none" ? undefined : sessionsOf(settings, tracks),
      cohorts: settings.cohorts,
      timeout: settings.app.timeout,
      deletionProtection: tier.deletionProtection,
      webFirewall: settings.webFirewall,
    },
    opts,
  );
  if (names.length > 0) new FurtherNames(stack, { names, balancer, domain }, opts);
  if (settings.webFirewall === "managed") {
    new WebFirewall(
      stack,
      {
        balancerArn: balancer.arn,
        requestsPerMinute: settings.limits.requestsPerMinute,
        behindProxy: settings.network.proxies.length > 0,
        maintenance: settings.maintenance,
        operatorToken: secrets.operatorToken.value,
        domain,
      },
      opts,
    );
  }
  return { certificate, balancer };

  function zoneIdOf(zone: string): pulumi.Output<string> {
    const known =
      zoneIds.get(zone) ?? aws.route53.getZoneOutput({ name: zone }, { provider: opts.providers.aws }).zoneId;
    zoneIds.set(zone, known);
    return known;
  }
}

function sessionsOf({ stable, draining, tracks }: Settings, serving: Serving): Sessions {
  return {
    stable,
    draining,
    tags: Object.fromEntries(tracks.map(({ name }) => [name, tagOf(name, serving.versionOf(name))])),
  };
}
