import {
  type DBInstance,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  type RDSClient,
  RestoreDBInstanceToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import type { Clock } from "../../clock.ts";
import { describeInstance } from "../../drill/restore/aws-copy.ts";
import { UserError } from "../../errors.ts";
import { waitFor } from "../../waiting.ts";

const EVERY_MS = 10_000;
const WITHIN_MS = 3 * 3600_000;
/** RDS User Guide, "Viewing DB instance status": it doesn't come up by itself any more. */
const ENDED_BADLY = /^(failed|inaccessible-encryption|incompatible-|insufficient-capacity|restore-error)/;

/** What is done to the stack's database instances. */
export class Instances {
  readonly #rds: RDSClient;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;

  constructor(rds: RDSClient, clock: Clock, signal?: AbortSignal) {
    this.#rds = rds;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** The live one and those named after it. */
  async names(live: string): Promise<string[]> {
    const names: string[] = [];
    let marker: string | undefined;
    do {
      const page = await this.#rds.send(new DescribeDBInstancesCommand({ Marker: marker }));
      names.push(...(page.DBInstances ?? []).flatMap(({ DBInstanceIdentifier: name }) => name ?? []));
      marker = page.Marker;
    } while (marker);
    return names.filter((name) => name === live || name.startsWith(`${live}-`));
  }

  describe(name: string): Promise<DBInstance | undefined> {
    return describeInstance(this.#rds, name);
  }

  /**
   * A copy as it was at a moment, that is to be the stack's database: all that the program says of the live one holds for it too.
   * Called again it waits for the one that is being made.
   */
  async restore(source: DBInstance, name: string, moment: number): Promise<void> {
    if (!(await this.describe(name)))
      await this.#rds.send(
        new RestoreDBInstanceToPointInTimeCommand({
          SourceDBInstanceIdentifier: source.DBInstanceIdentifier,
          TargetDBInstanceIdentifier: name,
          RestoreTime: new Date(moment),
          ...placeOf(source),
          ...sameOnRestore(source),
          PubliclyAccessible: false,
        }),
      );
    await this.#available(name);
    await this.#rds.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: name,
        ApplyImmediately: true,
        ...sameAfterwards(source),
      }),
    );
    await this.#available(name);
  }

  /** Its address follows its name, and its connections end: RDS reboots it (API Reference, `NewDBInstanceIdentifier`). */
  async rename(from: string, to: string): Promise<void> {
    if (await this.describe(from)) {
      await this.#available(from);
      await this.#rds.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: from,
          NewDBInstanceIdentifier: to,
          ApplyImmediately: true,
        }),
      );
    }
    await this.#until(`${from} to be called ${to}`, async () => !(await this.describe(from)));
    await this.#available(to);
  }

  #available(name: string): Promise<void> {
    return this.#until(`${name} to be available`, async () => {
      const { DBInstanceStatus = "creating" } = (await this.describe(name)) ?? {};
      if (ENDED_BADLY.test(DBInstanceStatus)) throw new UserError(`${name} is ${DBInstanceStatus}`);
      return DBInstanceStatus === "available";
    });
  }

  #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const patience = { clock: this.#clock, everyMs: EVERY_MS, withinMs: WITHIN_MS, signal: this.#signal };
    return waitFor(what, patience, isSo);
  }
}

function placeOf({ DBSubnetGroup, VpcSecurityGroups = [], DBParameterGroups }: DBInstance) {
  return {
    DBSubnetGroupName: DBSubnetGroup?.DBSubnetGroupName,
    VpcSecurityGroupIds: VpcSecurityGroups.flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []),
    DBParameterGroupName: DBParameterGroups?.[0]?.DBParameterGroupName,
  };
}

function sameOnRestore(source: DBInstance) {
  return {
    DBInstanceClass: source.DBInstanceClass,
    MultiAZ: source.MultiAZ,
    StorageType: source.StorageType,
    MaxAllocatedStorage: source.MaxAllocatedStorage,
    AutoMinorVersionUpgrade: source.AutoMinorVersionUpgrade,
    CopyTagsToSnapshot: source.CopyTagsToSnapshot,
    DeletionProtection: source.DeletionProtection,
    EnableCloudwatchLogsExports: source.EnabledCloudwatchLogsExports,
    CACertificateIdentifier: source.CACertificateIdentifier,
    Tags: source.TagList,
  };
}

/** What can't be said when it is restored. */
function sameAfterwards(source: DBInstance) {
  return {
    BackupRetentionPeriod: source.BackupRetentionPeriod,
    PreferredBackupWindow: source.PreferredBackupWindow,
    PreferredMaintenanceWindow: source.PreferredMaintenanceWindow,
    EnablePerformanceInsights: source.PerformanceInsightsEnabled,
    PerformanceInsightsRetentionPeriod: source.PerformanceInsightsRetentionPeriod,
    MonitoringInterval: source.MonitoringInterval,
    MonitoringRoleArn: source.MonitoringRoleArn,
  };
}
