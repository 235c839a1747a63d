import type * as pulumi from "@pulumi/pulumi";
import { alarm, type Metric, type Scope } from "./alarm.ts";

export interface WatchedCache {
  /** The `CacheClusterId` of each node: after a failover any of them is the primary. */
  nodeIds: pulumi.Input<string>[];
}

const THRESHOLDS = {
  maxCpuInPercent: 80,
  maxMemoryInPercent: 80,
  maxEvictionsPerFiveMinutes: 100,
};

/** AWS docs, "Metrics for Valkey and Redis OSS" of ElastiCache. */
export function cacheAlarms(scope: Scope, cache: WatchedCache) {
  cache.nodeIds.forEach((nodeId, i) => {
    const node = i + 1;
    const of = (name: string, statistic: string): Metric => ({
      namespace: "AWS/ElastiCache",
      name,
      statistic,
      dimensions: { CacheClusterId: nodeId },
    });

    alarm(scope, `cache-${node}-cpu`, {
      severity: "P3",
      means: `Redis has used more than ${THRESHOLDS.maxCpuInPercent} % of its one core for 15 min on node ${node}, or is silent.`,
      act: "See the slow log for commands that walk over many keys; else take a larger node type.",
      watch: of("EngineCPUUtilization", "Average"),
      breach: { above: THRESHOLDS.maxCpuInPercent },
      periodInSeconds: 300,
      periods: 3,
      missing: {
        as: "breaching",
        because: "a node reports each minute: silence for this long is a node that is down",
      },
    });
    alarm(scope, `cache-${node}-memory`, {
      severity: "P3",
      means: `Node ${node} of the cache is ${THRESHOLDS.maxMemoryInPercent} % full: soon it evicts what has a time to live, sessions too.`,
      act: "Look for keys without a time to live; else take a larger node type.",
      watch: of("DatabaseMemoryUsagePercentage", "Maximum"),
      breach: { above: THRESHOLDS.maxMemoryInPercent },
      periodInSeconds: 300,
      periods: 3,
      missing: { as: "notBreaching", because: "told by the alarm for CPU" },
    });
    alarm(scope, `cache-${node}-evictions`, {
      severity: "P3",
      means: `Node ${node} of the cache threw out more than ${THRESHOLDS.maxEvictionsPerFiveMinutes} keys in 5 min to make room: users are signed out.`,
      act: "Take a larger node type, or shorten how long cached answers live.",
      watch: of("Evictions", "Sum"),
      breach: { above: THRESHOLDS.maxEvictionsPerFiveMinutes },
      periodInSeconds: 300,
      periods: 1,
      missing: { as: "notBreaching", because: "told by the alarm for CPU" },
    });
  });
}
