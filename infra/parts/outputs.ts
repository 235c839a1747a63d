import { seconds } from "../settings/duration.ts";
import type { Settings } from "../settings/settings.ts";
import { mostServers } from "../settings/tier.ts";
import { member } from "../sure.ts";
import type { Entrance } from "./entrance.ts";
import type { Ground } from "./ground.ts";
import type { Serving } from "./serving.ts";
import type { Steering } from "./steering.ts";
import type { Stores } from "./stores.ts";
import type { Watching } from "./watching.ts";

interface Parts {
  ground: Ground;
  stores: Stores;
  serving: Serving;
  entrance: Entrance;
  watching: Watching;
  steering: Steering;
}

/** What people, pipelines and `rollout` are told: where things are, and what was asked for. */
export function outputsOf(settings: Settings, parts: Parts) {
  const { alerts } = parts.ground;
  const { database, backups, journal } = parts.stores;
  const { alarms, dashboard } = parts.watching;
  return {
    url: `https://${settings.domain}`,
    stable: settings.stable,
    ...tracksIn(settings, parts),
    trackAlarmArns: alarms.trackAlarmArns,
    alertTopicArns: alerts.topicArns,
    dashboardUrl: dashboard.url,
    ...namesIn(parts.ground),
    databaseAddress: database.address,
    databaseArn: database.arn,
    backupVault: backups.vaultName,
    backupRetentionDays: settings.database.backupRetentionDays,
    backupRoleArn: backups.roleArn,
    journalBucket: journal.bucket,
    ...steeredIn(parts.steering),
    ...(settings.controller.in === "stack" && { controller: settings.controller }),
    openVariables: openIn(settings.app),
    rehearsal: rehearsedIn(settings),
    waivers: settings.waivers,
  };
}

/** What the rehearsal starts, in the containers' place. */
function rehearsedIn({ rehearsal: { processes: commands, ...rehearsal }, app, database }: Settings) {
  const processes = app.processes.map(({ memoryMiB, ...each }) => ({
    ...each,
    command: commands[each.name] ?? each.command,
  }));
  return {
    ...rehearsal,
    startSeconds: seconds(app.startTimeout),
    stopSeconds: seconds(app.stopTimeout),
    ...(database.existing && { database: playedIn(database) }),
    ...(processes.length > 0 && { processes }),
  };
}

/** What the rehearsal plays in place of a database that is there already: by RDS's own names. */
function playedIn({ existing, version, instanceClass, storageGiB, multiAz }: Settings["database"]) {
  return {
    identifier: existing?.instance,
    engineVersion: String(version),
    instanceClass,
    allocatedStorage: storageGiB,
    multiAz,
  };
}

/** Variables that look like a secret and aren't: a preview hides and reports them nowhere. */
function openIn({ environment, notSecret }: Settings["app"]): Record<string, string> {
  return Object.fromEntries(notSecret.map((name) => [name, member(environment, name)]));
}

/** What a rollout moves: each track's share, target group and servers. */
function tracksIn(settings: Settings, { entrance, serving: tracks }: Parts) {
  const byTrack = <T>(of: (track: Settings["tracks"][number]) => T): Record<string, T> =>
    Object.fromEntries(settings.tracks.map((track) => [track.name, of(track)]));
  return {
    weights: byTrack(({ weight }) => weight),
    planWeights: settings.plan.steps.map(({ weight }) => weight),
    listenerArn: entrance.balancer.listenerArn,
    targetGroupArns: byTrack(({ name }) => tracks.of(name).targetGroupArn),
    servers: byTrack((track) => ({
      group: tracks.of(track.name).autoscalingGroupName,
      least: track.servers,
      most: mostServers(settings, track),
    })),
    releaseDocument: tracks.releaseDocument,
    repositoryUrl: tracks.repositoryUrl,
  };
}

function namesIn({ logs, secrets, given }: Ground) {
  return {
    logGroups: { app: logs.app.name, nginx: logs.nginx.name, system: logs.system.name },
    secondsLogGroup: logs.seconds.name,
    secretNames: {
      secretKey: secrets.secretKey.name,
      ...(secrets.databasePassword && { databasePassword: secrets.databasePassword.name }),
      ...(secrets.cachePassword && { cachePassword: secrets.cachePassword.name }),
      operatorToken: secrets.operatorToken.name,
      ...(given.secretName && { app: given.secretName }),
    },
  };
}

function steeredIn({ flags, document, pipeline, operators }: Steering) {
  return {
    flags: {
      application: flags.applicationId,
      environment: flags.environmentId,
      profile: flags.profileId,
      document: JSON.stringify(document),
    },
    pipeline: pipeline ? { deployRoleArn: pipeline.deployRoleArn, driftRoleArn: pipeline.driftRoleArn } : {},
    ...(operators && { operatorsRoleArn: operators.roleArn }),
  };
}
