import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { onceSnapshotTaken } from "../hooks/snapshot.ts";
import type { Settings } from "../settings/settings.ts";
import type { Tier } from "../settings/tier.ts";
import { parameters } from "./database-parameters.ts";

export interface DatabaseArgs {
  /** Subnets with no way out, one a zone. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  securityGroupId: pulumi.Input<string>;
  settings: Settings["database"];
  tier: Pick<Tier, "pointInTimeDays" | "finalSnapshot" | "deletionProtection">;
  /** A PostgreSQL identifier; changing it replaces the database. */
  databaseName: string;
  /** The role that owns the database; changing it replaces the database. */
  username: string;
  /** A secret. */
  password: pulumi.Input<string>;
  region: string;
  logRetentionDays: number;
}

/** What a stack must know of the database that it has. */
export interface HeldDatabase {
  readonly address: pulumi.Output<string>;
  readonly port: number;
  readonly arn: pulumi.Output<string>;
  readonly identifier: pulumi.Output<string>;
  /** Where it stands, and any copy of it. */
  readonly subnetGroupName: pulumi.Output<string>;
  /** The database and the role to connect with; undefined where a secret of the team's says all of it. */
  readonly login: { name: string; user: string } | undefined;
}

/**
 * PostgreSQL on RDS: encrypted, private, TLS only, with point in time recovery.
 *
 * `protect` refuses any deletion or replacement until somebody says `pulumi state unprotect`, whatever made it necessary.
 */
export class Database extends pulumi.ComponentResource implements HeldDatabase {
  readonly address: pulumi.Output<string>;
  readonly port = 5432;
  readonly arn: pulumi.Output<string>;
  readonly identifier: pulumi.Output<string>;
  readonly subnetGroupName: pulumi.Output<string>;
  readonly login: { name: string; user: string };

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Database", name, {}, opts);
    const { settings, tier } = args;
    const child = { parent: this };
    const upgraded = settings.upgradeFrom !== undefined;

    const subnets = new aws.rds.SubnetGroup(
      `${name}-database`,
      { description: `Isolated subnets of ${name}`, subnetIds: args.subnetIds },
      child,
    );
    const parameterGroup = new aws.rds.ParameterGroup(
      `${name}-database`,
      {
        description: `PostgreSQL ${settings.version} of ${name}: TLS only, slow statements logged`,
        family: `postgres${settings.version}`,
        parameters: parameters(),
      },
      child,
    );

    const identifier = `${name}-database`;
    // RDS would make them itself, and keep what is in them for ever.
    const logs = LOGS.map(
      (kind) =>
        new aws.cloudwatch.LogGroup(
          `${name}-database-${kind}`,
          { name: `/aws/rds/instance/${identifier}/${kind}`, retentionInDays: args.logRetentionDays },
          child,
        ),
    );
    const monitoring = monitoringRole(name, child);
    const instance = new aws.rds.Instance(
      `${name}-database`,
      {
        // Not one of Pulumi's: the names of its log groups follow from it, and they are made first.
        identifier,
        engine: "postgres",
        // A major version only: RDS picks the minor one and keeps it patched.
        engineVersion: String(settings.version),
        allowMajorVersionUpgrade: upgraded,
        autoMinorVersionUpgrade: true,
        instanceClass: settings.instanceClass,
        multiAz: settings.multiAz,

        storageType: "gp3",
        storageEncrypted: true,
        allocatedStorage: settings.storageGiB,
        maxAllocatedStorage: settings.maxStorageGiB,

        dbName: args.databaseName,
        username: args.username,
        password: args.password,
        port: this.port,
        dbSubnetGroupName: subnets.name,
        vpcSecurityGroupIds: [args.securityGroupId],
        publiclyAccessible: false,
        caCertIdentifier: "rds-ca-rsa2048-g1",
        parameterGroupName: parameterGroup.name,

        // Restarts and resizes wait for the window. AWS Backup refuses to start within an hour before either window, so
        // both lie where the plan's hours (0, 2, 3, 4, 6...) leave room. An upgrade can't wait: until it is done the parameter
        // group of the old version is in use, and this `up` is to delete it.
        applyImmediately: upgraded,
        backupWindow: "01:30-02:00",
        maintenanceWindow: "sun:05:30-sun:06:00",

        backupRetentionPeriod: tier.pointInTimeDays,
        copyTagsToSnapshot: true,
        deleteAutomatedBackups: !tier.finalSnapshot,
        deletionProtection: tier.deletionProtection,
        skipFinalSnapshot: !tier.finalSnapshot,
        // Fixed: a generated one would differ in each preview.
        finalSnapshotIdentifier: tier.finalSnapshot ? `${name}-database-final` : undefined,

        enabledCloudwatchLogsExports: [...LOGS],
        performanceInsightsEnabled: true,
        performanceInsightsRetentionPeriod: FREE_INSIGHTS_DAYS,
        monitoringInterval: 60,
        monitoringRoleArn: monitoring.role.arn,
      },
      {
        parent: this,
        protect: true,
        dependsOn: [monitoring.permission, ...logs],
        ...(upgraded && { hooks: { beforeUpdate: [onceSnapshotTaken(args.region)] } }),
      },
    );

    this.address = instance.address;
    this.arn = instance.arn;
    this.identifier = instance.identifier;
    this.subnetGroupName = subnets.name;
    this.login = { name: args.databaseName, user: args.username };
    this.registerOutputs({ address: this.address, arn: this.arn, identifier: this.identifier });
  }
}

/** What PostgreSQL and its upgrades write. */
const LOGS = ["postgresql", "upgrade"] as const;

/** The longest retention of Performance Insights that costs nothing. */
const FREE_INSIGHTS_DAYS = 7;

/** Lets RDS write the operating system's figures (enhanced monitoring) to CloudWatch Logs. */
function monitoringRole(name: string, child: pulumi.CustomResourceOptions) {
  const role = new aws.iam.Role(
    `${name}-database-monitoring`,
    {
      description: `Enhanced monitoring of the database of ${name}`,
      assumeRolePolicy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "monitoring.rds.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        ],
      }),
    },
    child,
  );
  const permission = new aws.iam.RolePolicyAttachment(
    `${name}-database-monitoring`,
    {
      role: role.name,
      policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
    },
    child,
  );
  return { role, permission };
}
