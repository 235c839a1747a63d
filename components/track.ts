import * as pulumi from "@pulumi/pulumi";
import { GivenSecrets } from "../infra/data/given-secrets.ts";
import { madeSecret } from "../infra/data/secrets.ts";
import { Tracks } from "../infra/servers/tracks.ts";
import { Logs } from "../infra/watch/logs.ts";
import { settle } from "./settle.ts";

/** How long its logs are kept. */
const LOG_RETENTION_DAYS = 30;

export interface TrackDatabase {
  /** Its name in the network, such as `address` of a Database; it answers on port 5432, over TLS. */
  address: pulumi.Input<string>;
  /** The database's name, such as `databaseName` was for a Database. */
  name: string;
  /** The role to connect as, such as `username` was for a Database. */
  user: string;
  /** The secret that is the role's password, such as `passwordSecretArn` of a Database; letters and digits only. */
  passwordSecretArn: pulumi.Input<string>;
}

export interface TrackArgs {
  /** The track's own name, 1 to 12 lower-case letters and digits, such as `blue`. */
  track: string;
  /** The AWS region that all of it is in, such as `eu-west-1`. */
  region: string;
  /** The public name that clients use, such as `shop.example.com`. */
  domain: string;
  /** The app's container image, pinned by digest: `name@sha256:...`. */
  image: string;
  /** The VPC. */
  vpcId: pulumi.Input<string>;
  /** The IPv4 range that the balancer's subnets are in, such as `10.0.0.0/16`: only from there a server believes what it is told of a client's address. */
  vpcCidr: pulumi.Input<string>;
  /** Private subnets with a way out to the internet, in two zones at least. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** The servers' security group: in from the balancer on port 443, out on ports 443 and 80, and to the database. */
  securityGroupId: pulumi.Input<string>;
  /** Where the app listens in its container, on all addresses; by default 8000. */
  port?: number;
  /** Where the app says by status 200 that it can serve; by default `/health`. */
  healthPath?: string;
  /** Variables of the app that aren't secret. */
  environment?: Record<string, string>;
  /** Variables of the app that are secret, each by the ARN of a secret in Secrets Manager. */
  secrets?: Record<string, string>;
  /** The database that the app finds in `DATABASE_URL`; none when left out. */
  database?: TrackDatabase;
  /** The words of the command that brings the database up to date, run in the image before the first server of a version serves. */
  migrate?: string[];
  /** EC2 instance type; by default t3.medium. */
  instanceType?: string;
  /** Root disk in GiB; by default 40. */
  diskGib?: number;
  /** Servers that run at least; by default 2. */
  servers?: number;
  /** The most servers that run under load; by default twice `servers`. The same number: none are added. */
  maxServers?: number;
}

/** A slot that can serve: servers that run one image, and the target group that a balancer sends to. It knows nothing of its weight. */
export class Track extends pulumi.ComponentResource {
  /** The target group; known once its servers are in service, so that who sends to it waits for them. */
  readonly targetGroupArn: pulumi.Output<string>;
  /** What CloudWatch calls the target group: `targetgroup/NAME/ID`. Known once its servers are in service. */
  readonly targetGroupArnSuffix: pulumi.Output<string>;
  /** The autoscaling group. */
  readonly autoscalingGroupName: pulumi.Output<string>;
  /** The servers' role, for what else they may do. */
  readonly roleName: pulumi.Output<string>;
  /** An ECR repository for the app's images, which the servers may read. */
  readonly repositoryUrl: pulumi.Output<string>;

  constructor(name: string, args: TrackArgs, opts?: pulumi.ComponentResourceOptions) {
    const settings = settingsOf(name, args);
    super("rollout:index:Track", name, {}, opts);
    const child = { parent: this };
    const { database } = args;
    const tracks = new Tracks(
      name,
      {
        settings,
        tier: { autoscaling: settings.tracks.some(({ servers, maxServers }) => maxServers > servers) },
        network: { vpcId: args.vpcId, cidr: args.vpcCidr, privateSubnetIds: args.subnetIds },
        firewall: { serversGroupId: args.securityGroupId },
        logs: new Logs(name, { retentionDays: LOG_RETENTION_DAYS }, child),
        secrets: {
          secretKey: madeSecret(`${name}-secret-key`, 64, "Signs the app's sessions", this),
          ...(database && { databasePassword: { arn: database.passwordSecretArn } }),
        },
        given: new GivenSecrets(name, settings.app.secrets, child),
        database: {
          address: database?.address ?? "",
          port: 5432,
          login: database && { name: database.name, user: database.user },
        },
        cache: undefined,
        buckets: { byName: {} },
        flags: undefined,
        nameOf: () => name,
      },
      child,
    );
    const { group, ...track } = tracks.of(args.track);
    const served = (known: pulumi.Output<string>) => pulumi.all([known, group.arn]).apply(([value]) => value);
    this.targetGroupArn = served(track.targetGroupArn);
    this.targetGroupArnSuffix = served(track.targetGroupArnSuffix);
    this.autoscalingGroupName = track.autoscalingGroupName;
    this.roleName = tracks.roleName;
    this.repositoryUrl = tracks.repositoryUrl;
    const { targetGroupArn, targetGroupArnSuffix, autoscalingGroupName, roleName, repositoryUrl } = this;
    this.registerOutputs({
      targetGroupArn,
      targetGroupArnSuffix,
      autoscalingGroupName,
      roleName,
      repositoryUrl,
    });
  }
}

function settingsOf(name: string, args: TrackArgs) {
  const { image, servers, maxServers, port, healthPath, environment, migrate } = args;
  const secrets = Object.entries(args.secrets ?? {}).map(([variable, from]) => [variable, { from }]);
  return settle(
    name,
    args.region,
    {
      domain: args.domain,
      stable: args.track,
      tracks: { [args.track]: { image, servers, maxServers, weight: 100 } },
      server: { instanceType: args.instanceType, diskGiB: args.diskGib },
      app: { port, healthPath, environment, migrate, secrets: Object.fromEntries(secrets) },
      stickiness: "none",
    },
    (path) => {
      if (["tracks", `tracks.${args.track}`, "stable"].includes(path)) return "track";
      return path
        .replace(`tracks.${args.track}.`, "")
        .replace(/^(app|server)\./, "")
        .replace("GiB", "Gib");
    },
  );
}
