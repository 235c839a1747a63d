import * as pulumi from "@pulumi/pulumi";
import { Backups } from "../infra/data/backups.ts";
import { Database as Instance } from "../infra/data/database.ts";
import { DATABASE_PASSWORD, madeSecret } from "../infra/data/secrets.ts";
import { tierOf } from "../infra/settings/tier.ts";
import { refuse, settle } from "./settle.ts";

/** How long its logs are kept. */
const LOG_RETENTION_DAYS = 30;

export interface DatabaseArgs {
  /** The AWS region that all of it is in, such as `eu-west-1`. */
  region: string;
  /** Subnets, in two zones at least; it needs no way out of them. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** The database's security group: in from whoever asks, on port 5432. */
  securityGroupId: pulumi.Input<string>;
  /** The SNS topic that is told of each backup and each restore test that fails, such as `p2` of Alerts. */
  alertTopicArn: pulumi.Input<string>;
  /** `prod`: a standby in a second zone, 35 days of point in time recovery, backups that nobody can delete, a last snapshot; `beta`: 7 days and none of the others. By default prod. */
  tier?: string;
  /** Lower-case letters, digits and `_`; by default `app`. Changing it replaces the database. */
  databaseName?: string;
  /** The role that owns it: lower-case letters, digits and `_`; by default `app`. Changing it replaces the database. */
  username?: string;
  /** RDS instance class; by default db.t4g.small. */
  instanceClass?: string;
  /** PostgreSQL's major version, 15 or later; by default 16. */
  version?: number;
  /** The major version that it runs now: the next update takes it to `version` at once, with an outage, after a snapshot. */
  upgradeFrom?: number;
  /** Storage in GiB; by default 20. */
  storageGib?: number;
  /** How far storage may grow by itself, in GiB; by default 100. */
  maxStorageGib?: number;
  /** Whether it has a standby in a second zone; by default as the tier says. */
  multiAz?: boolean;
  /** Hours between backups: 2, 3, 4, 6, 8, 12 or 24; by default 6. */
  backupEveryHours?: number;
  /** Days that a backup is kept, 7 at least; by default 30. */
  backupRetentionDays?: number;
}

/** PostgreSQL on RDS with backups in a vault of their own, a restore of the newest one each month, and point in time recovery. Pulumi refuses to delete or replace it. */
export class Database extends pulumi.ComponentResource {
  /** Its name in the network. */
  readonly address: pulumi.Output<string>;
  /** 5432. */
  readonly port: pulumi.Output<number>;
  /** The instance. */
  readonly arn: pulumi.Output<string>;
  /** The instance's identifier, by which CloudWatch knows it. */
  readonly identifier: pulumi.Output<string>;
  /** The secret in Secrets Manager that is the password of its owner: letters and digits. */
  readonly passwordSecretArn: pulumi.Output<string>;
  /** The vault that holds its backups. */
  readonly vaultName: pulumi.Output<string>;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    const { databaseName = "app", username = "app" } = args;
    refuse(name, identifierMistakes({ databaseName, username }));
    const settings = settingsOf(name, args);
    const tier = tierOf(settings);
    super("rollout:index:Database", name, {}, opts);
    const child = { parent: this };
    const password = madeSecret(`${name}-database-password`, 32, DATABASE_PASSWORD, this);
    const { subnetIds, securityGroupId, region } = args;
    const database = new Instance(
      name,
      {
        ...{ subnetIds, securityGroupId, region, databaseName, username, tier },
        settings: settings.database,
        password: password.value,
        logRetentionDays: LOG_RETENTION_DAYS,
      },
      child,
    );
    const backups = new Backups(
      name,
      {
        databaseArn: database.arn,
        everyHours: settings.database.backupEveryHours,
        retentionDays: settings.database.backupRetentionDays,
        lock: tier.vaultLock,
        place: { subnetGroupName: database.subnetGroupName, securityGroupId },
        notifyTopicArn: args.alertTopicArn,
      },
      child,
    );
    this.address = database.address;
    this.port = pulumi.output(database.port);
    this.arn = database.arn;
    this.identifier = database.identifier;
    this.passwordSecretArn = password.arn;
    this.vaultName = backups.vaultName;
    const { address, port, arn, identifier, passwordSecretArn, vaultName } = this;
    this.registerOutputs({ address, port, arn, identifier, passwordSecretArn, vaultName });
  }
}

/** The `database` section of a stack's config, by the arguments of the same names. */
function settingsOf(name: string, args: DatabaseArgs) {
  const { instanceClass, version, upgradeFrom, multiAz } = args;
  const { backupEveryHours, backupRetentionDays } = args;
  return settle(
    name,
    args.region,
    {
      tier: args.tier,
      database: {
        ...{ instanceClass, version, upgradeFrom, multiAz },
        ...{ storageGiB: args.storageGib, maxStorageGiB: args.maxStorageGib },
        ...{ backupEveryHours, backupRetentionDays },
      },
    },
    (path) => path.replace(/^database\./, "").replace("GiB", "Gib"),
  );
}

function identifierMistakes(names: Record<string, string>) {
  return Object.entries(names)
    .filter(([, name]) => !/^[a-z][a-z0-9_]{0,62}$/.test(name))
    .map(([path]) => ({
      path,
      rule: "must be 1 to 63 lower-case letters, digits and _, the first a letter",
    }));
}
