import type { Graph } from "../../../graph/model.ts";
import { ofType, referred } from "../../../graph/resources.ts";
import { type Resolve, textOf } from "../../../graph/text.ts";
import { TYPES } from "../../../graph/types.ts";
import { parametersOf } from "./describe-database.ts";
import { only } from "./lookup.ts";

/** The ElastiCache replication group as Redis settings; its replicas are not played. */
export interface CachePlan {
  tls: boolean;
  password?: string;
  /** Bytes: the node type's memory without what the group reserves. */
  maxMemory: number;
  /** Parameters that Redis itself knows, sorted by name. */
  parameters: Record<string, string>;
  leftOut: string[];
}

const GiB = 1024 ** 3;

/**
 * `maxmemory` of a node in bytes. Source: Amazon ElastiCache, "Redis OSS and Valkey node-type specific parameters".
 */
const MEMORY: Record<string, number> = {
  "cache.t3.micro": 536_870_912,
  "cache.t4g.micro": 536_870_912,
  "cache.t3.small": 1_471_026_299,
  "cache.t4g.small": 1_471_026_299,
  "cache.t3.medium": 3_317_862_236,
  "cache.t4g.medium": 3_317_862_236,
  "cache.m6g.large": 6_854_542_746,
  "cache.m7g.large": 6_854_542_746,
  "cache.r6g.large": 14_037_181_030,
  "cache.r7g.large": 14_037_181_030,
};

/** Directives that ElastiCache and Redis share; Redis refuses to start on one that it doesn't know. */
const SHARED = new Set([
  "activedefrag",
  "lazyfree-lazy-eviction",
  "lazyfree-lazy-expire",
  "lazyfree-lazy-server-del",
  "lfu-decay-time",
  "lfu-log-factor",
  "maxmemory-policy",
  "maxmemory-samples",
  "notify-keyspace-events",
  "slowlog-log-slower-than",
  "slowlog-max-len",
  "tcp-keepalive",
  "timeout",
]);

const RESERVED = "reserved-memory-percent";
/** ElastiCache's own default, for snapshots and failover. */
const RESERVED_PERCENT = 25;

export function cachePlan(graph: Graph, resolve: Resolve): CachePlan | undefined {
  if (ofType(graph, TYPES.cache).length === 0) return undefined;
  const { inputs } = only(graph, TYPES.cache);
  const group = referred(graph, inputs.parameterGroupName, TYPES.cacheParameters);
  const given = parametersOf(group?.inputs.parameters, resolve);
  const nodeType = textOf(inputs.nodeType, resolve);
  const reserved = Number(given[RESERVED] ?? RESERVED_PERCENT);
  return {
    tls: inputs.transitEncryptionEnabled === true,
    ...(inputs.authToken === undefined ? {} : { password: textOf(inputs.authToken, resolve) }),
    maxMemory: Math.floor(((MEMORY[nodeType] ?? GiB / 2) * (100 - reserved)) / 100),
    parameters: Object.fromEntries(Object.entries(given).filter(([name]) => SHARED.has(name))),
    leftOut: Object.keys(given).filter((name) => !SHARED.has(name) && name !== RESERVED),
  };
}
