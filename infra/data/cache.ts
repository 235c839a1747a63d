import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings/settings.ts";
import type { Tier } from "../settings/tier.ts";

export interface CacheArgs {
  /** Subnets with no way out, one a zone. */
  subnetIds: pulumi.Input<string>[];
  securityGroupId: pulumi.Input<string>;
  settings: NonNullable<Settings["cache"]>;
  tier: Tier;
  /** The password: a secret of 16 to 128 characters. */
  authToken: pulumi.Input<string>;
}

/** Redis on ElastiCache for sessions and cached answers: TLS only, password, encrypted at rest, snapshots. */
export class Cache extends pulumi.ComponentResource {
  /** The host name of the primary; it follows a failover. */
  readonly endpoint: pulumi.Output<string>;
  readonly port = 6379;
  readonly replicationGroupId: pulumi.Output<string>;
  /** The `CacheClusterId` of each node, under which CloudWatch has its figures. Any of them may be the primary. */
  readonly nodeIds: pulumi.Output<string>[];

  constructor(name: string, args: CacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Cache", name, {}, opts);
    const { settings, tier } = args;
    const child = { parent: this };
    const replicated = tier.cacheReplicas > 0;

    const subnets = new aws.elasticache.SubnetGroup(
      `${name}-cache`,
      { description: `Isolated subnets of ${name}`, subnetIds: args.subnetIds },
      child,
    );
    const parameterGroup = new aws.elasticache.ParameterGroup(
      `${name}-cache`,
      {
        description: `Redis 7 of ${name}: what to evict when memory is full`,
        family: "redis7",
        parameters: [{ name: "maxmemory-policy", value: settings.evictionPolicy }],
      },
      child,
    );
    const group = new aws.elasticache.ReplicationGroup(
      `${name}-cache`,
      {
        description: `Sessions and cache of ${name}`,
        engine: "redis",
        engineVersion: "7.1",
        autoMinorVersionUpgrade: true,
        nodeType: settings.nodeType,
        numCacheClusters: 1 + tier.cacheReplicas,
        automaticFailoverEnabled: replicated,
        multiAzEnabled: replicated,

        port: this.port,
        subnetGroupName: subnets.name,
        securityGroupIds: [args.securityGroupId],
        parameterGroupName: parameterGroup.name,
        transitEncryptionEnabled: true,
        transitEncryptionMode: "required",
        atRestEncryptionEnabled: true,
        authToken: args.authToken,
        // The old password stays valid next to the new one, so that servers can change over one by one.
        authTokenUpdateStrategy: "ROTATE",

        applyImmediately: false,
        snapshotRetentionLimit: tier.cacheSnapshotDays,
        snapshotWindow: "02:30-03:30",
        maintenanceWindow: "sun:05:30-sun:06:30",
        finalSnapshotIdentifier: tier.finalSnapshot ? `${name}-cache-final` : undefined,
      },
      // A cache that is replaced signs every user out.
      { parent: this, protect: true },
    );

    this.endpoint = group.primaryEndpointAddress;
    this.replicationGroupId = group.replicationGroupId;
    this.nodeIds = Array.from(
      { length: 1 + tier.cacheReplicas },
      (_, i) => pulumi.interpolate`${group.replicationGroupId}-${String(i + 1).padStart(3, "0")}`,
    );
    this.registerOutputs({ endpoint: this.endpoint, replicationGroupId: this.replicationGroupId });
  }
}
