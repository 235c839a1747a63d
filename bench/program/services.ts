import * as pulumi from "@pulumi/pulumi";
import { flagNames } from "../../infra/flags/flags.ts";
import { environmentOf } from "../../infra/parts/environment.ts";
import { groundOf } from "../../infra/parts/ground.ts";
import { storesOf } from "../../infra/parts/stores.ts";
import { Tracks } from "../../infra/servers/tracks.ts";
import { readSettings } from "../../infra/settings/settings.ts";
import { Balancer } from "../../infra/traffic/balancer.ts";

// A Pulumi program for the benchmark: one network, database and cache, and as many services as the config says, each
// with its tracks, servers and balancer.
const settings = readSettings();
const services = new pulumi.Config("bench").requireNumber("services");
const environment = environmentOf(settings);
const { stack, tier, opts } = environment;
const ground = groundOf(environment);
const { network, firewall, logs, secrets, given } = ground;
const { database, cache, buckets } = storesOf(environment, ground);

for (let i = 0; i < services; i++) {
  const name = `${stack}-${i}`;
  const tracks = new Tracks(
    name,
    {
      settings,
      tier,
      network,
      firewall,
      logs,
      secrets,
      given,
      database,
      cache,
      buckets,
      flags: flagNames(name),
    },
    opts,
  );
  new Balancer(
    name,
    {
      domain: `${name}.example.com`,
      zoneId: "Z0123456789",
      accountId: "123456789012",
      subnetIds: network.publicSubnetIds,
      securityGroupId: firewall.balancerGroupId,
      certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000",
      tracks: settings.tracks.map((track) => ({
        name: track.name,
        weight: track.weight,
        targetGroupArn: tracks.of(track.name).targetGroupArn,
        servers: tracks.of(track.name).group,
      })),
      sessions: undefined,
      cohorts: {},
      timeout: settings.app.timeout,
      deletionProtection: tier.deletionProtection,
      webFirewall: settings.webFirewall,
    },
    opts,
  );
}
