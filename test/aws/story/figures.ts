import type { MetricId } from "../../../rollout/alarms/model.ts";
import type { Account } from "./account.ts";

/** Requests a minute, of all tracks together. */
export const REQUESTS = 12_000;
const HOUR_MS = 3_600_000;

/** The figures of a stack that is well, in the minute before now; undefined: what would send them isn't there. */
export function figuresOf({ namespace, name, dimensions }: MetricId, account: Account): number[] | undefined {
  const say = FIGURES[namespace];
  if (!say) throw new Error(`nobody plays the figures of ${namespace}`);
  return say(name, dimensions, account);
}

type Say = (name: string, dimensions: Record<string, string>, account: Account) => number[] | undefined;

const FIGURES: Record<string, Say> = {
  "AWS/ApplicationELB": ofBalancer,
  "AWS/RDS": (name, _, account) =>
    account.find("aws:rds/instance:Instance")
      ? [name === "FreeStorageSpace" ? 2 ** 37 : (OF_DATA[name] ?? 5)]
      : undefined,
  "AWS/ElastiCache": (_, __, account) =>
    account.find("aws:elasticache/replicationGroup:ReplicationGroup") ? [5] : undefined,
  "AWS/EC2": ofServers,
  CWAgent: ofServers,
  "AWS/Backup": ofBackups,
  // Twice a day, of a certificate that is there.
  "AWS/CertificateManager": (_, __, account) =>
    account.find("aws:acm/certificate:Certificate") && account.timeline.now() % (12 * HOUR_MS) < 60_000
      ? [390]
      : undefined,
  // Jobs and services of others: nothing happened.
  "AWS/SQS": () => undefined,
  "AWS/Scheduler": () => undefined,
  "Rollout/App": () => undefined,
  "Rollout/Processes": () => undefined,
};

const OF_DATA: Record<string, number> = { FreeableMemory: 2 ** 31, MaximumUsedTransactionIDs: 1_000_000 };

function ofServers(_: string, dimensions: Record<string, string>, { fleet }: Account): number[] | undefined {
  const group = fleet.groups.get(dimensions.AutoScalingGroupName ?? "");
  const serving = group?.servers.filter(({ state }) => state === "InService") ?? [];
  return serving.length > 0 ? serving.map(() => 20) : undefined;
}

function ofBackups(name: string, _: unknown, { vault, timeline }: Account): number[] | undefined {
  const within = (times: number[]) =>
    times.filter((at) => at > timeline.now() - 60_000 && at <= timeline.now()).length;
  const count = within(name === "NumberOfBackupJobsFailed" ? vault.failed : vault.completed);
  return count > 0 ? [count] : undefined;
}

function ofBalancer(
  name: string,
  { TargetGroup }: Record<string, string>,
  account: Account,
): number[] | undefined {
  if (!account.find("aws:lb/loadBalancer:LoadBalancer")) return undefined;
  if (TargetGroup === undefined) return ofAllTracks(name, account);
  const group = [...account.fleet.groups.values()].find(
    ({ targets }) => `${nameOf(targets)}.arnSuffix` === TargetGroup,
  );
  const used = group && account.used.get(group.targets);
  if (!group || !used) return undefined;
  const healthy = account.fleet.healthy(group, used).length;
  const registered = group.servers.filter(({ state }) => state === "InService").length;
  const weight = account.split.find(({ arn }) => arn === group.targets)?.weight ?? 0;
  switch (name) {
    case "HealthyHostCount":
      return registered > 0 ? [healthy] : undefined;
    // A server that has just registered is initial, not unhealthy.
    case "UnHealthyHostCount":
      return registered > 0 ? [0] : undefined;
    case "RequestCount":
      return weight > 0 && healthy > 0 && hasUsers(account) ? [(REQUESTS * weight) / 100] : undefined;
    case "TargetResponseTime":
      return weight > 0 && healthy > 0 && hasUsers(account) ? [0.05] : undefined;
    default:
      return undefined;
  }
}

/** A track whose servers are all down is answered by the balancer: 503 for its share. */
function ofAllTracks(name: string, account: Account): number[] | undefined {
  if (!hasUsers(account)) return undefined;
  if (name === "RequestCount") return [REQUESTS];
  if (name !== "HTTPCode_ELB_5XX_Count") return undefined;
  const down = account.split.filter(({ arn }) => {
    const group = [...account.fleet.groups.values()].find(({ targets }) => targets === arn);
    return !group || account.fleet.healthy(group, account.used.get(arn)).length === 0;
  });
  const lost = down.reduce((sum, { weight }) => sum + weight, 0);
  return lost > 0 ? [(REQUESTS * lost) / 100] : undefined;
}

/** Who comes by the stack's name. */
function hasUsers({ split, held }: Account): boolean {
  const isNamed = [...held.values()].some(
    ({ type, name }) => type === "aws:route53/record:Record" && name.endsWith("-a"),
  );
  return isNamed && split.some(({ weight }) => weight > 0);
}

function nameOf(arn: string): string {
  return arn.split("/").at(-1)!;
}
