import type { Settings, TrackSettings } from "./settings.ts";

/**
 * What differs between a stack for pilot users and one for everybody, in one place: cost in beta, survival of a
 * zone, an operator's mistake or an attacker in prod.
 */
export interface Tier {
  /** A NAT gateway in each zone, so that the loss of one zone leaves the others online. */
  natPerZone: boolean;
  /** RDS keeps a last snapshot when the database is deleted, and AWS refuses to delete database and balancer. */
  finalSnapshot: boolean;
  deletionProtection: boolean;
  /** Backups can't be deleted before their time, not even by an administrator (AWS Backup Vault Lock, governance mode). */
  vaultLock: boolean;
  /** Replicas of the cache's primary, each in another zone; with one or more it fails over by itself. */
  cacheReplicas: number;
  cacheSnapshotDays: number;
  /** Servers are added under load, up to a track's `maxServers`. */
  autoscaling: boolean;
  /** Days that RDS keeps its own continuous backups for point in time recovery (35 is its limit). */
  pointInTimeDays: number;
}

const TIERS: Record<Settings["tier"], Tier> = {
  beta: {
    natPerZone: false,
    finalSnapshot: false,
    deletionProtection: true,
    vaultLock: false,
    cacheReplicas: 0,
    cacheSnapshotDays: 1,
    autoscaling: false,
    pointInTimeDays: 7,
  },
  prod: {
    natPerZone: true,
    finalSnapshot: true,
    deletionProtection: true,
    vaultLock: true,
    cacheReplicas: 1,
    cacheSnapshotDays: 7,
    autoscaling: true,
    pointInTimeDays: 35,
  },
};

/** The most servers that a track may have: its autoscaling group's limit. */
export function mostServers(
  settings: Pick<Settings, "tier">,
  { servers, maxServers }: Pick<TrackSettings, "servers" | "maxServers">,
): number {
  return tierOf(settings).autoscaling ? maxServers : servers;
}

export function tierOf({ tier }: Pick<Settings, "tier">): Tier {
  return TIERS[tier];
}
