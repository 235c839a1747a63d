import {
  BackupClient,
  DescribeRestoreJobCommand,
  GetRecoveryPointRestoreMetadataCommand,
  StartRestoreJobCommand,
} from "@aws-sdk/client-backup";
import {
  type DBInstance,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  RDSClient,
  RestoreDBInstanceToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import { clientSettings } from "../../../infra/aws-client.ts";
import type { Clock } from "../../clock.ts";
import { UserError } from "../../errors.ts";
import { waitFor } from "../../waiting.ts";
import type { RecoveryPoint } from "./recovery-points.ts";

const EVERY_MS = 20_000;
const WITHIN_MS = 3 * 3600_000;
/** What RDS says of an instance that doesn't come up by itself any more (RDS User Guide, "Viewing DB instance status"). */
const ENDED_BADLY =
  /^(failed|inaccessible-encryption|incompatible-|insufficient-capacity|storage-full|restore-error)/;

export interface CopyOptions {
  region: string;
  clock: Clock;
  /** Ends the waiting; what was begun is removed all the same. */
  signal?: AbortSignal | undefined;
}

/** A second instance beside the live one: in the same subnets, behind the same firewall, of one zone. */
export class AwsCopy {
  readonly id: string;
  readonly #source: DBInstance;
  readonly #rds: RDSClient;
  readonly #backup: BackupClient;
  readonly #options: CopyOptions;
  #job: string | undefined;
  #asked = false;

  /** @param id letters, digits and hyphens; up to 63 */
  constructor(id: string, source: DBInstance, options: CopyOptions) {
    this.id = id;
    this.#source = source;
    this.#options = options;
    this.#rds = new RDSClient(clientSettings(options.region));
    this.#backup = new BackupClient(clientSettings(options.region));
  }

  /** A restore job of AWS Backup. @throws {UserError} when the job ends badly */
  async fromPoint(
    { arn }: RecoveryPoint,
    { vault, roleArn }: { vault: string; roleArn: string },
  ): Promise<void> {
    const { RestoreMetadata = {} } = await this.#backup.send(
      new GetRecoveryPointRestoreMetadataCommand({ BackupVaultName: vault, RecoveryPointArn: arn }),
    );
    const { subnetGroup, securityGroups } = this.#place();
    this.#asked = true;
    const { RestoreJobId } = await this.#backup.send(
      new StartRestoreJobCommand({
        RecoveryPointArn: arn,
        IamRoleArn: roleArn,
        ResourceType: "RDS",
        IdempotencyToken: this.id,
        Metadata: {
          ...RestoreMetadata,
          DBInstanceIdentifier: this.id,
          ...(subnetGroup && { DBSubnetGroupName: subnetGroup }),
          VpcSecurityGroupIds: JSON.stringify(securityGroups),
          MultiAZ: "false",
          PubliclyAccessible: "false",
          DeletionProtection: "false",
        },
      }),
    );
    this.#job = RestoreJobId;
    await this.#until(`restore job ${RestoreJobId}`, async () => (await this.#jobState()) === "COMPLETED");
    await this.#untilAvailable();
  }

  /** RDS's own point in time recovery, to the second. */
  async atTime(time: number): Promise<void> {
    const { subnetGroup, securityGroups } = this.#place();
    this.#asked = true;
    await this.#rds.send(
      new RestoreDBInstanceToPointInTimeCommand({
        SourceDBInstanceIdentifier: this.#source.DBInstanceIdentifier,
        TargetDBInstanceIdentifier: this.id,
        RestoreTime: new Date(time),
        DBInstanceClass: this.#source.DBInstanceClass,
        DBSubnetGroupName: subnetGroup,
        VpcSecurityGroupIds: securityGroups,
        DBParameterGroupName: this.#source.DBParameterGroups?.[0]?.DBParameterGroupName,
        MultiAZ: false,
        PubliclyAccessible: false,
        DeletionProtection: false,
        CopyTagsToSnapshot: false,
      }),
    );
    await this.#untilAvailable();
  }

  /** @returns undefined when there is no such instance */
  async describe(): Promise<DBInstance | undefined> {
    return describeInstance(this.#rds, this.id);
  }

  /**
   * Deletes the instance, also one that is still being made, without a last snapshot.
   *
   * @throws {UserError} that says how to delete it by hand
   */
  async remove(): Promise<void> {
    if (!this.#asked) return;
    const gone = async () => {
      const instance = await this.describe();
      if (!instance) return !(await this.#isBeingMade());
      if (instance.DBInstanceStatus === "deleting") return true;
      await this.#rds
        .send(
          new DeleteDBInstanceCommand({
            DBInstanceIdentifier: this.id,
            SkipFinalSnapshot: true,
            DeleteAutomatedBackups: true,
          }),
        )
        // One that is being made can't be deleted yet.
        .catch(
          ignore(
            "InvalidDBInstanceState",
            "InvalidDBInstanceStateFault",
            "DBInstanceNotFound",
            "DBInstanceNotFoundFault",
          ),
        );
      return false;
    };
    const { clock } = this.#options;
    const patience = { clock, everyMs: EVERY_MS, withinMs: WITHIN_MS };
    await waitFor(`${this.id} to be deleted`, patience, gone).catch((error) => {
      throw new UserError(
        `the copy may still be there and cost money (${(error as Error).message}): aws rds delete-db-instance ` +
          `--db-instance-identifier ${this.id} --skip-final-snapshot --delete-automated-backups`,
      );
    });
  }

  #place() {
    const { DBSubnetGroup, VpcSecurityGroups = [] } = this.#source;
    return {
      subnetGroup: DBSubnetGroup?.DBSubnetGroupName,
      securityGroups: VpcSecurityGroups.flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []),
    };
  }

  async #jobState(): Promise<string> {
    const { Status = "", StatusMessage = "no reason is given" } = await this.#backup.send(
      new DescribeRestoreJobCommand({ RestoreJobId: this.#job }),
    );
    if (Status === "FAILED" || Status === "ABORTED")
      throw new UserError(`restore job ${this.#job} ended ${Status}: ${StatusMessage}`);
    return Status;
  }

  /** A restore job may make the instance after it was given up here. */
  async #isBeingMade(): Promise<boolean> {
    if (!this.#job) return false;
    const state = await this.#jobState().catch(() => "FAILED");
    return state === "PENDING" || state === "RUNNING";
  }

  #untilAvailable(): Promise<void> {
    return this.#until(`${this.id} to be available`, async () => {
      const { DBInstanceStatus = "creating" } = (await this.describe()) ?? {};
      if (ENDED_BADLY.test(DBInstanceStatus)) throw new UserError(`${this.id} is ${DBInstanceStatus}`);
      return DBInstanceStatus === "available";
    });
  }

  #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const { clock, signal } = this.#options;
    return waitFor(what, { clock, everyMs: EVERY_MS, withinMs: WITHIN_MS, signal }, isSo);
  }
}

export async function describeInstance(rds: RDSClient, id: string): Promise<DBInstance | undefined> {
  try {
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
    return DBInstances?.[0];
  } catch (error) {
    if (/^DBInstanceNotFound/.test((error as Error).name)) return undefined;
    throw error;
  }
}

function ignore(...names: string[]) {
  return (error: Error) => {
    if (!names.includes(error.name)) throw error;
  };
}
