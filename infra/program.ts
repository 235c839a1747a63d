import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Alarms } from "./alarms/alarms.ts";
import { Backups } from "./data/backups.ts";
import { Cache } from "./data/cache.ts";
import { Database } from "./data/database.ts";
import { Journal } from "./data/journal.ts";
import { AppSecrets } from "./data/secrets.ts";
import { Flags, flagNames } from "./flags/flags.ts";
import { readFlags } from "./flags/read.ts";
import { Firewall } from "./network/firewall.ts";
import { Network } from "./network/network.ts";
import { Pipeline } from "./pipeline/pipeline.ts";
import { Tracks } from "./servers/tracks.ts";
import type { Settings } from "./settings/settings.ts";
import { mostServers, tierOf } from "./settings/tier.ts";
import { Balancer } from "./traffic/balancer.ts";
import { Certificate } from "./traffic/certificate.ts";
import { WebFirewall } from "./traffic/waf.ts";
import { Alerts } from "./watch/alerts.ts";
import { Budget } from "./watch/budget.ts";
import { Dashboard } from "./watch/dashboard.ts";
import { Logs } from "./watch/logs.ts";

/**
 * One environment: what `pulumi up` provisions, from checked settings to outputs.
 *
 * The order is the order of dependence: the ground (network, firewall, logs, secrets, people to tell), what holds data,
 * what serves, the way in, and last what watches all of it.
 */
export function program(settings: Settings) {
  const { stack, region } = settings;
  const tier = tierOf(settings);
  const opts = { providers: { aws: providerOf(settings) } };

  const network = new Network(
    stack,
    {
      region,
      cidr: settings.network.cidr,
      zones: settings.network.zones,
      natPerZone: tier.natPerZone,
      logRetentionDays: LOG_RETENTION_DAYS,
    },
    opts,
  );
  const firewall = new Firewall(stack, { vpcId: network.vpcId, sshFrom: settings.operators.sshFrom }, opts);
  const logs = new Logs(stack, { retentionDays: LOG_RETENTION_DAYS }, opts);
  const secrets = new AppSecrets(stack, opts);
  const alerts = new Alerts(stack, settings.operators, opts);

  const database = new Database(
    stack,
    {
      subnetIds: network.dataSubnetIds,
      securityGroupId: firewall.databaseGroupId,
      settings: settings.database,
      tier,
      databaseName: `app_${identifier(stack)}`,
      username: `app_${identifier(stack)}`,
      password: secrets.databasePassword.value,
      logRetentionDays: LOG_RETENTION_DAYS,
    },
    opts,
  );
  const backups = new Backups(
    stack,
    {
      databaseArn: database.arn,
      everyHours: settings.database.backupEveryHours,
      retentionDays: settings.database.backupRetentionDays,
      lock: tier.vaultLock,
      place: { subnetGroupName: database.subnetGroupName, securityGroupId: firewall.databaseGroupId },
      notifyTopicArn: alerts.topicArns.P2,
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

  const zone = aws.route53.getZoneOutput({ name: settings.zone }, { provider: opts.providers.aws });
  const certificate = new Certificate(stack, { domain: settings.domain, zoneId: zone.zoneId }, opts);
  const tracks = new Tracks(
    stack,
    { settings, tier, network, firewall, logs, secrets, database, cache, flags: flagNames(stack) },
    opts,
  );
  const balancer = new Balancer(
    stack,
    {
      accountId: network.accountId,
      domain: settings.domain,
      zoneId: zone.zoneId,
      subnetIds: network.publicSubnetIds,
      securityGroupId: firewall.balancerGroupId,
      certificateArn: certificate.arn,
      tracks: settings.tracks.map(({ name, weight }) => ({
        name,
        weight,
        targetGroupArn: tracks.of(name).targetGroupArn,
      })),
      stickiness: settings.stickiness,
      timeout: settings.app.timeout,
      deletionProtection: tier.deletionProtection,
    },
    opts,
  );
  new WebFirewall(
    stack,
    {
      balancerArn: balancer.arn,
      requestsPerMinute: settings.limits.requestsPerMinute,
      maintenance: settings.maintenance,
      operatorToken: secrets.operatorToken.value,
      domain: settings.domain,
    },
    opts,
  );

  const watched = settings.tracks.map(({ name }) => ({
    name,
    targetGroupArnSuffix: tracks.of(name).targetGroupArnSuffix,
    autoscalingGroupName: tracks.of(name).autoscalingGroupName,
  }));
  const alarms = new Alarms(
    stack,
    {
      stack,
      region,
      after: [...settings.tracks.map(({ name }) => tracks.of(name).group), balancer.listener],
      tracks: watched,
      balancerArnSuffix: balancer.arnSuffix,
      database: { identifier: database.identifier, ...settings.database },
      cache: { nodeIds: cache.nodeIds },
      certificateArn: certificate.arn,
      backups: { vaultName: backups.vaultName, everyHours: settings.database.backupEveryHours },
      dependencies: Object.keys(settings.app.dependencies).sort(),
      topics: alerts.topicArns,
    },
    opts,
  );
  const flagDocument = readFlags(stack);
  const flags = new Flags(
    stack,
    {
      ...flagNames(stack),
      region,
      document: flagDocument,
      alarmArns: settings.tracks.map(({ name }) => alarms.trackAlarmArns[name]!),
      readerRoleName: tracks.roleName,
    },
    opts,
  );
  new Budget(
    stack,
    {
      monthlyUsd: settings.budget.monthlyUsd,
      topicArn: alerts.topicArns.P3,
      email: settings.operators.email,
    },
    opts,
  );
  const journal = new Journal(stack, { retentionDays: JOURNAL_RETENTION_DAYS }, opts);
  const pipeline = settings.pipeline.repository
    ? new Pipeline(stack, { stack, region, settings: settings.pipeline }, opts)
    : undefined;
  const dashboard = new Dashboard(
    stack,
    {
      region,
      tracks: watched,
      balancerArnSuffix: balancer.arnSuffix,
      databaseIdentifier: database.identifier,
      cacheNodeIds: cache.nodeIds,
    },
    opts,
  );

  return {
    url: `https://${settings.domain}`,
    weights: Object.fromEntries(settings.tracks.map(({ name, weight }) => [name, weight])),
    stable: settings.stable,
    listenerArn: balancer.listenerArn,
    targetGroupArns: Object.fromEntries(
      settings.tracks.map(({ name }) => [name, tracks.of(name).targetGroupArn]),
    ),
    servers: Object.fromEntries(
      settings.tracks.map((track) => [
        track.name,
        {
          group: tracks.of(track.name).autoscalingGroupName,
          least: track.servers,
          most: mostServers(settings, track),
        },
      ]),
    ),
    releaseDocument: tracks.releaseDocument,
    trackAlarmArns: alarms.trackAlarmArns,
    alertTopicArns: alerts.topicArns,
    dashboardUrl: dashboard.url,
    logGroups: { app: logs.app.name, nginx: logs.nginx.name, system: logs.system.name },
    secretNames: {
      secretKey: secrets.secretKey.name,
      databasePassword: secrets.databasePassword.name,
      cachePassword: secrets.cachePassword.name,
      operatorToken: secrets.operatorToken.name,
    },
    databaseAddress: database.address,
    databaseArn: database.arn,
    backupVault: backups.vaultName,
    backupRetentionDays: settings.database.backupRetentionDays,
    backupRoleArn: backups.roleArn,
    journalBucket: journal.bucket,
    repositoryUrl: tracks.repositoryUrl,
    flags: {
      application: flags.applicationId,
      environment: flags.environmentId,
      profile: flags.profileId,
      document: JSON.stringify(flagDocument),
    },
    rehearsal: settings.rehearsal,
    waivers: settings.waivers,
    pipeline: pipeline ? { deployRoleArn: pipeline.deployRoleArn, driftRoleArn: pipeline.driftRoleArn } : {},
  };
}

const LOG_RETENTION_DAYS = 30;
/** How long a rollout's journal can be read back as it was at any of its entries. */
const JOURNAL_RETENTION_DAYS = 90;

/** An explicit provider, so that every resource carries the stack's tags and none lands in another region. */
function providerOf({ stack, region, tier }: Settings): aws.Provider {
  return new aws.Provider(stack, {
    region: region as aws.Region,
    defaultTags: { tags: { project: pulumi.getProject(), stack, tier, managedBy: "pulumi" } },
  });
}

/** A stack's name as a PostgreSQL identifier needs it. */
function identifier(stack: string): string {
  return stack.toLowerCase().replace(/[^a-z0-9]/g, "_");
}
