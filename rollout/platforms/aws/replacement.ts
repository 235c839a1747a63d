import {
  AutoScalingClient,
  DescribeInstanceRefreshesCommand,
  type InstanceRefresh,
  StartInstanceRefreshCommand,
} from "@aws-sdk/client-auto-scaling";
import { clientSettings } from "../../../infra/aws-client.ts";
import type { Clock } from "../../clock.ts";
import { UserError } from "../../errors.ts";
import { waitFor } from "../../waiting.ts";
import { describeGroup, type ServersOptions } from "./servers.ts";

/** Server by server, and each may take its 15 minutes to boot. */
const WITHIN_MS = 60 * 60_000;

/** How an instance refresh ends (Auto Scaling API, InstanceRefresh). */
const ENDED_BADLY = new Set(["Failed", "Cancelled", "RollbackFailed", "RollbackSuccessful"]);

/** How a group's servers become new ones: instance refreshes, which the program's launch template sets off. */
export class Replacements {
  readonly #client: AutoScalingClient;
  readonly #clock: Clock;

  constructor({ region, clock }: ServersOptions) {
    this.#client = new AutoScalingClient(clientSettings(region));
    this.#clock = clock;
  }

  /** Those that are over, by id: what `settle` isn't to judge. */
  async history(group: string): Promise<Set<string>> {
    const refreshes = await this.#refreshes(group);
    return new Set(
      refreshes
        .filter((each) => !isRunning(each))
        .flatMap(({ InstanceRefreshId }) => InstanceRefreshId ?? []),
    );
  }

  /**
   * Replaces servers of an older version, where nobody does so already: after a replacement that failed, the next `up`
   * finds nothing to change.
   */
  async replaceOld(group: string): Promise<void> {
    const [{ Instances = [], LaunchTemplate }, refreshes] = await Promise.all([
      describeGroup(this.#client, group),
      this.#refreshes(group),
    ]);
    const old = Instances.some((each) => each.LaunchTemplate?.Version !== LaunchTemplate?.Version);
    if (!old || refreshes.some(isRunning)) return;
    await this.#client.send(
      new StartInstanceRefreshCommand({
        AutoScalingGroupName: group,
        // As the program has it: the new server first.
        Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
      }),
    );
  }

  /**
   * Until no replacement runs.
   *
   * @param history those that were over before
   * @throws {UserError} when one failed or was rolled back: the old servers serve on
   */
  async settle(group: string, history: ReadonlySet<string>): Promise<void> {
    const patience = { clock: this.#clock, everyMs: 10_000, withinMs: WITHIN_MS };
    await waitFor(`${group} to replace its servers`, patience, async () => {
      const refreshes = await this.#refreshes(group);
      const ours = refreshes.find(({ InstanceRefreshId = "" }) => !history.has(InstanceRefreshId));
      if (ours && ENDED_BADLY.has(ours.Status ?? "")) {
        const { Status, StatusReason = "no reason is given" } = ours;
        throw new UserError(`${group} didn't replace its servers (${Status}): ${StatusReason}`);
      }
      return !refreshes.some(isRunning);
    });
  }

  /** The newest first. */
  async #refreshes(group: string): Promise<InstanceRefresh[]> {
    const { InstanceRefreshes = [] } = await this.#client.send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: group, MaxRecords: 10 }),
    );
    return InstanceRefreshes;
  }
}

function isRunning({ Status }: InstanceRefresh): boolean {
  return Status !== "Successful" && !ENDED_BADLY.has(Status ?? "");
}
