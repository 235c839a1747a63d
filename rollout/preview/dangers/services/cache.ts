import { TYPES } from "../../../graph/types.ts";
import type { Danger } from "../../model.ts";
import { inputsOf, type Shown } from "../../shown.ts";
import { brief } from "../../text.ts";
import type { DangerCheck } from "../danger.ts";
import { refused } from "./refused.ts";
import { smaller } from "./smaller.ts";

type Inputs = { [key: string]: Shown };

/**
 * What ElastiCache refuses, or does with the data, when a cache is changed in place.
 *
 * Source: Amazon ElastiCache API Reference, ModifyReplicationGroup.
 */
export const cacheStrained: DangerCheck = ({ deltas }) =>
  deltas.flatMap(({ change, before, after }) => {
    if (change.type !== TYPES.cache || change.kind !== "update" || !before || !after) return [];
    const [old, now] = [inputsOf(before), inputsOf(after)];
    return [
      ...smaller(change.name, "nodeType", old, now, cacheGib, EVICTS),
      ...downgraded(change.name, old, now),
      ...encrypted(change.name, old, now),
    ];
  });

const EVICTS =
  "What doesn't fit is thrown out: sessions end, and answers are computed anew. Where the policy lets nothing out, writes fail.";

/** ModifyReplicationGroup, EngineVersion: "you cannot downgrade to an earlier engine version". */
function downgraded(name: string, old: Inputs, now: Inputs): Danger[] {
  const [was, is] = [
    Number.parseFloat(String(old.engineVersion)),
    Number.parseFloat(String(now.engineVersion)),
  ];
  if (!(is < was)) return [];
  return [
    refused({
      title: `ElastiCache refuses to take ${name} back from version ${was} to ${is}`,
      resources: [name],
      property: "engineVersion",
      before: brief(old.engineVersion),
      after: brief(now.engineVersion),
      why: "It would have to be deleted and made anew, with every session in it. The update stops there.",
      advice: "Keep the version.",
    }),
  ];
}

/** TransitEncryptionMode: `required` is the second of two steps, after `preferred`. */
function encrypted(name: string, old: Inputs, now: Inputs): Danger[] {
  const isLeap = now.transitEncryptionMode === "required" && old.transitEncryptionEnabled !== true;
  if (!isLeap || now.transitEncryptionEnabled !== true) return [];
  return [
    refused({
      title: `ElastiCache refuses to require TLS of ${name} in one step`,
      resources: [name],
      property: "transitEncryptionMode",
      before: brief(old.transitEncryptionMode),
      after: "required",
      why: "A cache without TLS must first be set to `preferred`, and once every client has changed over to `required`.",
      advice: "Make it two changes.",
    }),
  ];
}

/** `maxmemory` of a size that is `large`, in GiB, by what the family is made for. */
const LARGE_GIB: Record<string, number> = { m: 6.38, r: 13.07, c: 3.09 };
const BURSTABLE_GIB: Record<string, number> = { micro: 0.5, small: 1.37, medium: 3.09 };

/**
 * What a node holds, in GiB; undefined for one that isn't known here. Each size has about twice the one before.
 *
 * Source: Amazon ElastiCache User Guide, "Valkey and Redis OSS node-type specific parameters" (`maxmemory`).
 */
export function cacheGib(nodeType: string): number | undefined {
  const [, family = "", size = ""] = /^cache\.([a-z])\d[a-z0-9]*\.([a-z0-9]+)$/.exec(nodeType) ?? [];
  if (family === "t") return BURSTABLE_GIB[size];
  const large = LARGE_GIB[family];
  if (large === undefined) return undefined;
  if (size === "large") return large;
  const times = size === "xlarge" ? 2 : 2 * Number(/^(\d+)xlarge$/.exec(size)?.[1]);
  return Number.isNaN(times) ? undefined : Math.round(large * times * 100) / 100;
}
