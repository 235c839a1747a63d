import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Buckets } from "../../infra/data/buckets.ts";
import { Cache } from "../../infra/data/cache.ts";
import { Database } from "../../infra/data/database.ts";
import { GivenSecrets } from "../../infra/data/given-secrets.ts";
import { AppSecrets } from "../../infra/data/secrets.ts";
import { flagNames } from "../../infra/flags/flags.ts";
import { Firewall } from "../../infra/network/firewall.ts";
import { Network } from "../../infra/network/network.ts";
import { Tracks } from "../../infra/servers/tracks.ts";
import { readSettings } from "../../infra/settings/settings.ts";
import { tierOf } from "../../infra/settings/tier.ts";
import { Balancer } from "../../infra/traffic/balancer.ts";
import { Logs } from "../../infra/watch/logs.ts";

// A Pulumi program for the benchmark: one network, database and cache, and as many services as the config says, each
// with its tracks, servers and balancer.
const settings = readSettings();
const services = new pulumi.Config("bench").requireNumber("services");
const { stack, region } = settings;
const tier = tierOf(settings);
const opts = { providers: { aws: new aws.Provider(stack, { region: region as aws.Region }) } };

const network = new Network(
  stack,
  { region, ...settings.network, natPerZone: tier.natPerZone, logRetentionDays: 30 },
  opts,
);
const firewall = new Firewall(stack, { vpcId: network.vpcId, sshFrom: [] }, opts);
const logs = new Logs(stack, { retentionDays: 30 }, opts);
const secrets = new AppSecrets(stack, opts);
const buckets = new Buckets(stack, { names: [], keptDays: 30 }, opts);
const given = new GivenSecrets(stack, settings.app.secrets, opts);
const database = new Database(
  stack,
  {
    subnetIds: network.dataSubnetIds,
    securityGroupId: firewall.databaseGroupId,
    settings: settings.database,
    tier,
    databaseName: "app",
    username: "app",
    logRetentionDays: 30,
    password: secrets.databasePassword.value,
  },
  opts,
);
const cache = new Cache(
  stack,
  {
    subnetIds: network.dataSubnetIds,
    securityGroupId: firewall.cacheGroupId,
    settings: settings.cache,
    tier,
    authToken: secrets.cachePassword.value,
  },
  opts,
);

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
      })),
      stickiness: settings.stickiness,
      timeout: settings.app.timeout,
      deletionProtection: tier.deletionProtection,
    },
    opts,
  );
}
