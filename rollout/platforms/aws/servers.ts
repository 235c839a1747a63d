import {
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type InstanceRefresh,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { UserError } from "../../errors.ts";
import type { Clock } from "../../run/clock.ts";
import type { Servers } from "./capacity.ts";
import { clientSettings } from "./client.ts";
import type { ServerGroup } from "./deployment.ts";
import { until } from "./waiting.ts";

export interface ServersOptions {
  region: string;
  clock: Clock;
}

export interface TrackServers {
  group: ServerGroup;
  targetGroupArn: string;
}

/** A refresh replaces server by server, and each may take its 15 minutes to boot. */
const REFRESH_WITHIN_MS = 60 * 60_000;
const HEALTHY_WITHIN_MS = 20 * 60_000;

/** How an instance refresh ends (Auto Scaling API, InstanceRefresh). */
const ENDED_BADLY = new Set(["Failed", "Cancelled", "RollbackFailed", "RollbackSuccessful"]);

function isRunning({ Status }: InstanceRefresh): boolean {
  return Status !== "Successful" && !ENDED_BADLY.has(Status ?? "");
}

/** The tracks' servers: autoscaling groups, and their health as the balancer sees it. */
export class ServerFleet {
  readonly #groups: AutoScalingClient;
  readonly #balancing: ElasticLoadBalancingV2Client;
  readonly #clock: Clock;

  constructor({ region, clock }: ServersOptions) {
    this.#groups = new AutoScalingClient(clientSettings(region));
    this.#balancing = new ElasticLoadBalancingV2Client(clientSettings(region));
    this.#clock = clock;
  }

  /** @throws when they can't be counted */
  async count({ group, targetGroupArn }: TrackServers): Promise<Servers> {
    const [{ DesiredCapacity = 0, Instances = [] }, healthy] = await Promise.all([
      this.#describe(group.name),
      this.#healthy(targetGroupArn),
    ]);
    const serving = Instances.filter(
      ({ InstanceId, LifecycleState }) => LifecycleState === "InService" && healthy.has(InstanceId!),
    );
    return { declared: group, asked: DesiredCapacity, healthy: serving.length };
  }

  /**
   * Asks for servers: never for fewer than there are or than the program declares, and doesn't wait for them. What
   * `shrink` took from the least number comes back too.
   *
   * @throws {UserError} for more than the track may have
   */
  async grow({ group }: TrackServers, servers: number): Promise<void> {
    if (servers > group.maxServers) {
      throw new UserError(`${group.name} may have ${group.maxServers} servers, it would need ${servers}`);
    }
    const { DesiredCapacity = 0, MinSize = 0 } = await this.#describe(group.name);
    const desired = Math.max(servers, group.servers, DesiredCapacity);
    if (desired === DesiredCapacity && MinSize === group.servers) return;
    await this.#groups.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: group.name,
        MinSize: group.servers,
        DesiredCapacity: desired,
      }),
    );
  }

  /**
   * Takes away all servers but one, after their open requests. One stays: without a healthy server the track's alarm
   * would wake people, whatever the track's weight, and testers would find nothing.
   */
  async shrink({ group }: TrackServers): Promise<void> {
    await this.#groups.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: group.name,
        MinSize: 1,
        DesiredCapacity: 1,
      }),
    );
  }

  /**
   * Replaces servers of an older version, where nobody does so already: after a replacement that failed, the next `up`
   * finds nothing to change.
   */
  async replaceOld({ group }: TrackServers): Promise<void> {
    const [{ Instances = [], LaunchTemplate }, refreshes] = await Promise.all([
      this.#describe(group.name),
      this.#refreshes(group.name),
    ]);
    const old = Instances.some((each) => each.LaunchTemplate?.Version !== LaunchTemplate?.Version);
    if (!old || refreshes.some(isRunning)) return;
    await this.#groups.send(
      new StartInstanceRefreshCommand({
        AutoScalingGroupName: group.name,
        // As the program has it: the new server first.
        Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
      }),
    );
  }

  /** The replacements that are over, by id: what `settle` isn't to judge. */
  async history({ group }: TrackServers): Promise<Set<string>> {
    const refreshes = await this.#refreshes(group.name);
    return new Set(
      refreshes.filter((each) => !isRunning(each)).map(({ InstanceRefreshId }) => InstanceRefreshId!),
    );
  }

  /**
   * Until the group has replaced its servers, if it does, and all that it asks for are healthy.
   *
   * @throws {UserError} when the replacement failed or was rolled back: the old servers serve on
   */
  async settle(servers: TrackServers, history: ReadonlySet<string>): Promise<void> {
    const { name } = servers.group;
    const patience = { clock: this.#clock, everyMs: 10_000 };
    await until(`${name} to replace its servers`, { ...patience, withinMs: REFRESH_WITHIN_MS }, async () => {
      const refreshes = await this.#refreshes(name);
      const ours = refreshes.find(({ InstanceRefreshId }) => !history.has(InstanceRefreshId!));
      if (ENDED_BADLY.has(ours?.Status ?? "")) {
        throw new UserError(
          `${name} didn't replace its servers (${ours!.Status}): ${ours!.StatusReason ?? "no reason is given"}`,
        );
      }
      return !refreshes.some(isRunning);
    });
    await until(
      `the servers of ${name} to be healthy`,
      { ...patience, withinMs: HEALTHY_WITHIN_MS },
      async () => {
        const { asked, healthy } = await this.count(servers);
        return asked > 0 && healthy >= asked;
      },
    );
  }

  /** The newest first. */
  async #refreshes(name: string): Promise<InstanceRefresh[]> {
    const { InstanceRefreshes = [] } = await this.#groups.send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name, MaxRecords: 10 }),
    );
    return InstanceRefreshes;
  }

  async #describe(name: string): Promise<AutoScalingGroup> {
    const { AutoScalingGroups = [] } = await this.#groups.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    );
    const [group] = AutoScalingGroups;
    if (!group) throw new UserError(`there is no autoscaling group ${name}`);
    return group;
  }

  async #healthy(targetGroupArn: string): Promise<Set<string>> {
    const { TargetHealthDescriptions = [] } = await this.#balancing.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
    );
    return new Set(
      TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === "healthy").map(
        ({ Target }) => Target!.Id!,
      ),
    );
  }
}
