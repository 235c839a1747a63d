import {
  type BlueGreenDeployment,
  CreateBlueGreenDeploymentCommand,
  DeleteBlueGreenDeploymentCommand,
  DescribeBlueGreenDeploymentsCommand,
  type RDSClient,
  SwitchoverBlueGreenDeploymentCommand,
} from "@aws-sdk/client-rds";
import type { Clock } from "../../clock.ts";
import { UserError } from "../../errors.ts";
import { waitFor } from "../../waiting.ts";

const EVERY_MS = 10_000;
/** The new instance is made from a snapshot, upgraded, and fed what was written meanwhile. */
const MADE_WITHIN_MS = 12 * 3600_000;
/** RDS takes everything back when it isn't done by then. */
const SWITCH_SECONDS = 300;

/** RDS's blue/green deployments of one database. */
export class Deployments {
  readonly #rds: RDSClient;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;

  constructor(rds: RDSClient, clock: Clock, signal?: AbortSignal) {
    this.#rds = rds;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** @returns the first that has one of the names */
  async find(...names: string[]): Promise<BlueGreenDeployment | undefined> {
    const Filters = [{ Name: "blue-green-deployment-name", Values: names }];
    const { BlueGreenDeployments = [] } = await this.#rds.send(
      new DescribeBlueGreenDeploymentsCommand({ Filters }),
    );
    return BlueGreenDeployments.find(({ BlueGreenDeploymentName = "" }) =>
      names.includes(BlueGreenDeploymentName),
    );
  }

  /** Makes it, unless it is there, and waits until the new instance follows the live one. @throws {UserError} with RDS's reason when it can't */
  async make(asked: {
    name: string;
    source: string;
    version: string;
    group: string;
  }): Promise<BlueGreenDeployment> {
    if (!(await this.find(asked.name)))
      await this.#rds.send(
        new CreateBlueGreenDeploymentCommand({
          BlueGreenDeploymentName: asked.name,
          Source: asked.source,
          TargetEngineVersion: asked.version,
          TargetDBParameterGroupName: asked.group,
        }),
      );
    return this.#until(asked.name, "AVAILABLE", MADE_WITHIN_MS);
  }

  /**
   * Lets the two change their names. RDS does it only when it finds both well and the new one close behind, and takes all back when it
   * takes too long.
   *
   * @throws {UserError} with RDS's reason when it didn't come about
   */
  async switchOver(name: string): Promise<BlueGreenDeployment> {
    const found = await this.#expected(name);
    if (found.Status === "AVAILABLE" || found.Status === "SWITCHOVER_FAILED")
      await this.#rds.send(
        new SwitchoverBlueGreenDeploymentCommand({
          BlueGreenDeploymentIdentifier: found.BlueGreenDeploymentIdentifier,
          SwitchoverTimeout: SWITCH_SECONDS,
        }),
      );
    return this.#until(name, "SWITCHOVER_COMPLETED", 4 * SWITCH_SECONDS * 1000);
  }

  /** @param withNew also the new instance, which nobody uses yet */
  async remove(name: string, { withNew }: { withNew: boolean }): Promise<void> {
    const found = await this.find(name);
    if (found && found.Status !== "DELETING")
      await this.#rds.send(
        new DeleteBlueGreenDeploymentCommand({
          BlueGreenDeploymentIdentifier: found.BlueGreenDeploymentIdentifier,
          // RDS refuses to be told this once the two have changed places.
          ...(withNew && { DeleteTarget: true }),
        }),
      );
    await this.#wait(`${name} to be deleted`, MADE_WITHIN_MS, async () => !(await this.find(name)));
  }

  async #until(name: string, wanted: string, withinMs: number): Promise<BlueGreenDeployment> {
    let found: BlueGreenDeployment | undefined;
    await this.#wait(`${name} to be ${wanted}`, withinMs, async () => {
      found = await this.#expected(name);
      const { Status = "", StatusDetails = "no reason is given" } = found;
      if (
        Status === "INVALID_CONFIGURATION" ||
        (Status === "SWITCHOVER_FAILED" && wanted === "SWITCHOVER_COMPLETED")
      )
        throw new UserError(
          `${name} is ${Status}: ${StatusDetails}. The live one serves as before; --back removes the deployment, and the same command tries again`,
        );
      return Status === wanted;
    });
    return found as BlueGreenDeployment;
  }

  async #expected(name: string): Promise<BlueGreenDeployment> {
    const found = await this.find(name);
    if (!found) throw new UserError(`there is no blue/green deployment ${name}`);
    return found;
  }

  #wait(what: string, withinMs: number, isSo: () => Promise<boolean>): Promise<void> {
    return waitFor(what, { clock: this.#clock, everyMs: EVERY_MS, withinMs, signal: this.#signal }, isSo);
  }
}
