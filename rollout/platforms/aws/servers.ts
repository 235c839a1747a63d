import {
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  type Instance,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { clientSettings } from "../../../infra/aws-client.ts";
import type { Clock } from "../../clock.ts";
import type { Servers } from "../../core/servers.ts";
import { UserError } from "../../errors.ts";
import { waitFor } from "../../waiting.ts";
import type { ServerGroup } from "./deployment.ts";

export interface ServersOptions {
  region: string;
  clock: Clock;
}

export interface TrackServers {
  group: ServerGroup;
  targetGroupArn: string;
}

const HEALTHY_WITHIN_MS = 20 * 60_000;

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
  async count({ group, targetGroupArn }: TrackServers): Promise<Servers & { healthy: number }> {
    const [{ DesiredCapacity = 0, Instances = [] }, healthy] = await Promise.all([
      describeGroup(this.#groups, group.name),
      this.#healthyTargets(targetGroupArn),
    ]);
    return { declared: group, asked: DesiredCapacity, healthy: serving(Instances, healthy).length };
  }

  /** Ids of the instances that serve: in service, and healthy to the balancer. @throws when they can't be told */
  async serving({ group, targetGroupArn }: TrackServers): Promise<string[]> {
    const [{ Instances = [] }, healthy] = await Promise.all([
      describeGroup(this.#groups, group.name),
      this.#healthyTargets(targetGroupArn),
    ]);
    return serving(Instances, healthy);
  }

  /**
   * Asks for servers, and doesn't wait for them. It never asks for fewer than there are, or than the program
   * declares. The least number that `shrink` lowered is restored.
   *
   * @throws {UserError} for more than the track may have
   */
  async grow({ group }: TrackServers, servers: number): Promise<void> {
    if (servers > group.maxServers) {
      throw new UserError(`${group.name} may have ${group.maxServers} servers, it would need ${servers}`);
    }
    const { DesiredCapacity = 0, MinSize = 0 } = await describeGroup(this.#groups, group.name);
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

  /** Until all servers that the group asks for are healthy. @throws {InVain} when they aren't after 20 minutes */
  async healthy(servers: TrackServers): Promise<void> {
    const patience = { clock: this.#clock, everyMs: 10_000, withinMs: HEALTHY_WITHIN_MS };
    await waitFor(`the servers of ${servers.group.name} to be healthy`, patience, async () => {
      const { asked, healthy } = await this.count(servers);
      return asked > 0 && healthy >= asked;
    });
  }

  async #healthyTargets(targetGroupArn: string): Promise<Set<string>> {
    const { TargetHealthDescriptions = [] } = await this.#balancing.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
    );
    return new Set(
      TargetHealthDescriptions.flatMap(({ Target, TargetHealth }) =>
        TargetHealth?.State === "healthy" && Target?.Id ? [Target.Id] : [],
      ),
    );
  }
}

function serving(instances: readonly Instance[], healthy: ReadonlySet<string>): string[] {
  return instances.flatMap(({ InstanceId = "", LifecycleState }) =>
    LifecycleState === "InService" && healthy.has(InstanceId) ? [InstanceId] : [],
  );
}

/** @throws {UserError} when there is none of that name */
export async function describeGroup(client: AutoScalingClient, name: string): Promise<AutoScalingGroup> {
  const { AutoScalingGroups = [] } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  const [group] = AutoScalingGroups;
  if (!group) throw new UserError(`there is no autoscaling group ${name}`);
  return group;
}
