import type * as pulumi from "@pulumi/pulumi";
import { maxConnections, memoryGiB } from "../settings/sizes/instance-class.ts";
import { alarm, type Metric, type Scope } from "./alarm.ts";

export interface WatchedDatabase {
  identifier: pulumi.Input<string>;
  instanceClass: string;
  storageGiB: number;
}

const THRESHOLDS = {
  maxCpuInPercent: 80,
  minFreeStorageInPercent: 10,
  maxConnectionsInPercent: 80,
  minFreeMemoryInPercent: 5,
  /** PostgreSQL stops taking writes near 2 billion. */
  maxTransactionIds: 1_000_000_000,
};

const SILENT = "RDS reports each minute: silence for this long is an instance that is down";

/** AWS docs, "Amazon CloudWatch metrics for Amazon RDS". */
export function databaseAlarms(scope: Scope, database: WatchedDatabase) {
  const of = (name: string, statistic: string): Metric => ({
    namespace: "AWS/RDS",
    name,
    statistic,
    dimensions: { DBInstanceIdentifier: database.identifier },
  });
  const fiveMinutes = {
    periodInSeconds: 300,
    missing: { as: "notBreaching", because: "told by the alarm for CPU" },
  } as const;
  const { instanceClass, storageGiB } = database;

  alarm(scope, "database-cpu", {
    severity: "P2",
    means: `The database has used more than ${THRESHOLDS.maxCpuInPercent} % of its CPU for 15 min, or is silent.`,
    act: "See the top statements in Performance Insights.",
    watch: of("CPUUtilization", "Average"),
    breach: { above: THRESHOLDS.maxCpuInPercent },
    periodInSeconds: 300,
    periods: 3,
    missing: { as: "breaching", because: SILENT },
  });
  const storage = bytes((storageGiB * THRESHOLDS.minFreeStorageInPercent) / 100);
  alarm(scope, "database-storage", {
    ...fiveMinutes,
    severity: "P2",
    means: `Less than ${THRESHOLDS.minFreeStorageInPercent} % of the database's ${storageGiB} GiB has been free for 30 min, though storage grows by itself.`,
    act: "It is at maxStorageGiB, or grew in the last 6 hours: raise the limit or find what fills it. A full disk stops the database.",
    watch: of("FreeStorageSpace", "Minimum"),
    breach: { below: storage },
    periods: 6,
  });
  const connections = Math.floor((maxConnections(instanceClass) * THRESHOLDS.maxConnectionsInPercent) / 100);
  alarm(scope, "database-connections", {
    ...fiveMinutes,
    severity: "P2",
    means: `More than ${connections} connections, ${THRESHOLDS.maxConnectionsInPercent} % of what ${instanceClass} takes.`,
    act: "Look for a track that leaks connections, or for more servers than the pools are sized for.",
    watch: of("DatabaseConnections", "Maximum"),
    breach: { above: connections },
    periods: 2,
  });
  alarm(scope, "database-memory", {
    ...fiveMinutes,
    severity: "P3",
    means: `Less than ${THRESHOLDS.minFreeMemoryInPercent} % of the database's memory is free: it may swap or be killed.`,
    act: "Look for large sorts and many connections; else take the next instance class.",
    watch: of("FreeableMemory", "Minimum"),
    breach: { below: bytes((memoryGiB(instanceClass) * THRESHOLDS.minFreeMemoryInPercent) / 100) },
    periods: 3,
  });
  alarm(scope, "database-transaction-ids", {
    ...fiveMinutes,
    severity: "P3",
    means:
      "Half of the transaction ids are used up: autovacuum doesn't keep up, and near the end the database stops taking writes.",
    act: "Look for a transaction that has been open for days, then vacuum the oldest tables.",
    watch: of("MaximumUsedTransactionIDs", "Maximum"),
    breach: { above: THRESHOLDS.maxTransactionIds },
    periods: 2,
  });
}

function bytes(gib: number): number {
  return Math.round(gib * 2 ** 30);
}
