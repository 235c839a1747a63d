import {
  AppConfigClient,
  DeleteHostedConfigurationVersionCommand,
  ListDeploymentsCommand,
  ListHostedConfigurationVersionsCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-appconfig";
import {
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateDBSnapshotCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { clientSettings } from "../../infra/aws-client.ts";
import type { Clock } from "../clock.ts";
import { UserError } from "../errors.ts";
import { waitFor } from "../waiting.ts";
import type { TeardownPlan } from "./plan.ts";

const WITHIN_MS = 2 * 3600_000;

/** What AWS must be told before Pulumi can delete a stack. Each may be done again, and does nothing where nothing is left. */
export class Acts {
  readonly #plan: TeardownPlan;
  readonly #clock: Clock;
  readonly #settings: ReturnType<typeof clientSettings>;

  constructor(plan: TeardownPlan, clock: Clock) {
    this.#plan = plan;
    this.#clock = clock;
    this.#settings = clientSettings(plan.region);
  }

  /** A snapshot that is kept until somebody deletes it. @throws {UserError} when there is none: then nothing is deleted */
  async lastBackup(): Promise<void> {
    const { database, snapshot } = this.#plan;
    if (!database) return;
    const client = new RDSClient(this.#settings);
    const ids = { DBInstanceIdentifier: database, DBSnapshotIdentifier: snapshot };
    await client.send(new CreateDBSnapshotCommand(ids));
    const patience = { clock: this.#clock, everyMs: 20_000, withinMs: WITHIN_MS };
    await waitFor(`the snapshot ${snapshot}`, patience, async () => {
      const { DBSnapshots = [] } = await client.send(
        new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: snapshot }),
      );
      const status = DBSnapshots[0]?.Status ?? "creating";
      if (status === "failed") throw new UserError(`the snapshot ${snapshot} failed: nothing was deleted`);
      return status === "available";
    });
  }

  /**
   * AppConfig deletes no profile that has versions, and no environment with a deployment under way. Old versions aren't in
   * the state: they are the history of the flags.
   */
  async forgetFlags(): Promise<void> {
    const { flags } = this.#plan;
    if (!flags) return;
    const client = new AppConfigClient(this.#settings);
    const app = { ApplicationId: flags.application };
    const at = { ...app, EnvironmentId: flags.environment };
    const { Items: deployments = [] } = await client.send(new ListDeploymentsCommand(at));
    for (const { State = "", DeploymentNumber } of deployments)
      if (/^(BAKING|VALIDATING|DEPLOYING)$/.test(State))
        await client.send(new StopDeploymentCommand({ ...at, DeploymentNumber }));
    const profile = { ...app, ConfigurationProfileId: flags.profile };
    for (;;) {
      const { Items = [] } = await client.send(new ListHostedConfigurationVersionsCommand(profile));
      if (Items.length === 0) return;
      for (const { VersionNumber } of Items)
        await client.send(new DeleteHostedConfigurationVersionCommand({ ...profile, VersionNumber }));
    }
  }

  async unprotect(): Promise<void> {
    const { database, balancerArn } = this.#plan;
    if (database)
      await new RDSClient(this.#settings).send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: database,
          DeletionProtection: false,
          ApplyImmediately: true,
        }),
      );
    if (balancerArn)
      await new ElasticLoadBalancingV2Client(this.#settings).send(
        new ModifyLoadBalancerAttributesCommand({
          LoadBalancerArn: balancerArn,
          Attributes: [{ Key: "deletion_protection.enabled", Value: "false" }],
        }),
      );
  }
}
