import * as pulumi from "@pulumi/pulumi";
import type { Buckets } from "../data/buckets.ts";
import type { Cache } from "../data/cache.ts";
import type { HeldDatabase } from "../data/database.ts";
import type { GivenSecrets } from "../data/given-secrets.ts";
import { filesText } from "../host/cloud-init.ts";
import type { Host, SecretPlace } from "../host/host.ts";
import { followedBy } from "../host/processes/agent.ts";
import type { Settings, TrackSettings } from "../settings/settings.ts";
import type { Tier } from "../settings/tier.ts";
import type { Logs } from "../watch/logs.ts";
import { architectureOf } from "./architecture.ts";
import { AssetsBucket } from "./assets-bucket.ts";
import { FilesBucket } from "./files-bucket.ts";
import { Images } from "./image.ts";
import { Processes } from "./processes.ts";
import { releaseDocument } from "./release-document.ts";
import { ServerRole } from "./server-role.ts";
import { Track } from "./track.ts";

export interface TracksArgs {
  settings: Settings;
  tier: Pick<Tier, "autoscaling">;
  network: {
    vpcId: pulumi.Input<string>;
    /** The IPv4 range of the public subnets. */
    cidr: pulumi.Input<string>;
    privateSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  };
  firewall: { serversGroupId: pulumi.Input<string> };
  logs: Logs;
  secrets: Partial<Record<"databasePassword" | "cachePassword", SecretArn>> & { secretKey: SecretArn };
  given: GivenSecrets;
  database: ServedDatabase;
  cache: Cache | undefined;
  buckets: Pick<Buckets, "byName">;
  /** The names under which a server asks AppConfig for the flags; undefined: there are none. */
  flags: Host["flags"];
  /** What a track is called, and all that is its own; by default after the stack and itself. */
  nameOf?: (track: string) => string;
}

interface SecretArn {
  arn: pulumi.Input<string>;
}

/** A database as the servers find it; without a login, a secret of the app's says all of it. */
export interface ServedDatabase extends Pick<HeldDatabase, "port" | "login"> {
  address: pulumi.Input<string>;
}

/** All tracks of a stack, with what their servers share: the images and the role. */
export class Tracks extends pulumi.ComponentResource {
  readonly repositoryUrl: pulumi.Output<string>;
  readonly roleName: pulumi.Output<string>;
  /** The name of what makes a server let go of its open connections. */
  readonly releaseDocument: pulumi.Output<string>;
  /** The group of the jobs' schedules; undefined: the app has no jobs. */
  readonly scheduleGroup: pulumi.Output<string> | undefined;
  readonly #tracks: Map<string, Track>;
  readonly #images: Images;

  constructor(name: string, args: TracksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Tracks", name, {}, opts);
    const { settings, logs, secrets, given, nameOf = (track) => `${name}-${track}` } = args;

    const images = new Images(
      name,
      { ...sourcesOf(settings.tracks), architecture: architectureOf(settings.server.instanceType) },
      { parent: this },
    );
    this.#images = images;
    const processes =
      followedBy(settings.app).length > 0
        ? new Processes(name, { stack: settings.stack, settings }, { parent: this })
        : undefined;
    const bucket = new FilesBucket(name, { parent: this });
    const assets = settings.app.assets.length > 0 ? new AssetsBucket(name, { parent: this }) : undefined;
    const role = new ServerRole(
      name,
      {
        secretArns: [
          ...[secrets.secretKey, secrets.databasePassword, secrets.cachePassword].flatMap(
            (secret) => secret?.arn ?? [],
          ),
          ...given.arns,
        ],
        secretKeyArns: given.kmsKeys,
        repositoryArn: images.repositoryArn,
        otherRepositoryArns: images.otherRepositoryArns,
        logGroupArns: [logs.app.arn, logs.nginx.arn, logs.system.arn, logs.seconds.arn],
        app: hasAccess(settings)
          ? { bucketArns: arnsOf(args.buckets), permissions: settings.app.permissions }
          : undefined,
        processes,
        filesArn: bucket.arn,
        assetsArn: assets?.arn,
      },
      { parent: this },
    );
    this.#tracks = new Map(
      settings.tracks.map((track) => [
        track.name,
        new Track(
          nameOf(track.name),
          {
            stack: settings.stack,
            track: track.name,
            vpcId: args.network.vpcId,
            subnetIds: args.network.privateSubnetIds,
            securityGroupId: args.firewall.serversGroupId,
            instanceProfileArn: role.instanceProfileArn,
            region: settings.region,
            files: files(args, track, images, { appRole: role.appRoleArn, assets: assets?.bucket }),
            bucket,
            server: settings.server,
            app: settings.app,
            servers: track.servers,
            maxServers: track.maxServers,
            autoscaling: args.tier.autoscaling,
          },
          { parent: this },
        ),
      ]),
    );

    this.scheduleGroup = processes?.scheduleGroup;
    this.repositoryUrl = images.repositoryUrl;
    this.roleName = role.roleName;
    this.releaseDocument = releaseDocument(name, { parent: this }).name;
    this.registerOutputs({
      repositoryUrl: this.repositoryUrl,
      roleName: this.roleName,
      releaseDocument: this.releaseDocument,
    });
  }

  /** What a track's servers answer on /version. */
  versionOf(track: string): string {
    return this.#images.versionOf(track);
  }

  of(track: string): Track {
    const found = this.#tracks.get(track);
    if (!found) throw new Error(`no such track: ${track}`);
    return found;
  }
}

/** Where each track's image comes from: `builds` name a folder, `images` a digest. */
function sourcesOf(tracks: TrackSettings[]) {
  const builds: Record<string, string> = {};
  const images: Record<string, string> = {};
  for (const { name, source } of tracks) {
    if ("build" in source) builds[name] = source.build;
    else images[name] = source.image;
  }
  return { builds, images };
}

/** Without buckets and permissions the app gets no credentials at all. */
function hasAccess({ app }: Settings): boolean {
  return app.buckets.length > 0 || app.permissions.length > 0;
}

function arnsOf({ byName }: TracksArgs["buckets"]): pulumi.Output<string>[] {
  return Object.values(byName).map(({ arn }) => arn);
}

function files(
  args: TracksArgs,
  track: TrackSettings,
  images: Images,
  own: { appRole: pulumi.Output<string> | undefined; assets: pulumi.Output<string> | undefined },
): pulumi.Output<string> {
  const { logs, secrets, given, database, cache } = args;
  const version = images.versionOf(track.name);
  return pulumi
    .output({
      image: images.imageOf(track.name),
      vpcCidr: args.network.cidr,
      databaseHost: database.address,
      cacheHost: cache?.endpoint ?? "",
      secretKey: secrets.secretKey.arn,
      databasePassword: secrets.databasePassword?.arn ?? "",
      cachePassword: secrets.cachePassword?.arn ?? "",
      appSecrets: given.places,
      appRole: own.appRole ?? "",
      assets: own.assets,
      buckets: Object.fromEntries(
        Object.entries(args.buckets.byName).map(([bucket, made]) => [bucket, made.bucket]),
      ),
      app: logs.app.name,
      nginx: logs.nginx.name,
      system: logs.system.name,
      seconds: logs.seconds.name,
    })
    .apply((known) => filesText(hostOf(args, track.name, version, known)));
}

/** What only AWS knows of a server before it is made. */
interface Known {
  image: string;
  vpcCidr: string;
  databaseHost: string;
  cacheHost: string;
  secretKey: string;
  databasePassword: string;
  cachePassword: string;
  appSecrets: Record<string, SecretPlace>;
  appRole: string;
  assets: string | undefined;
  /** By their names in config. */
  buckets: Record<string, string>;
  app: string;
  nginx: string;
  system: string;
  seconds: string;
}

function hostOf(args: TracksArgs, track: string, version: string, known: Known): Host {
  const { settings, database, cache } = args;
  return {
    stack: settings.stack,
    track,
    region: settings.region,
    domain: settings.domain,
    servedNames: settings.domains.filter(({ redirect }) => !redirect).map(({ name }) => name),
    image: known.image,
    version,
    stickiness: settings.stickiness,
    vpcCidr: known.vpcCidr,
    proxies: settings.network.proxies,
    requestsPerMinute: settings.limits.requestsPerMinute,
    bodyMiB: settings.limits.bodyMiB,
    maxUsers: settings.limits.maxUsers,
    cpus: settings.server.cpus,
    memoryMiB: settings.server.memoryMiB,
    app: settings.app,
    database: database.login && { host: known.databaseHost, port: database.port, ...database.login },
    cache: cache && { host: known.cacheHost, port: cache.port },
    secrets: {
      "secret-key": known.secretKey,
      ...(database.login && { "database-password": known.databasePassword }),
      ...(cache && { "cache-password": known.cachePassword }),
    },
    appSecrets: known.appSecrets,
    access: hasAccess(settings) ? { roleArn: known.appRole, buckets: known.buckets } : undefined,
    assetsBucket: known.assets,
    logGroups: { app: known.app, nginx: known.nginx, system: known.system, seconds: known.seconds },
    flags: args.flags,
  };
}
