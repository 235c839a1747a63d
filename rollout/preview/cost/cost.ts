import { entry } from "../../../infra/sure.ts";
import { systemClock } from "../../clock.ts";
import type { Graph } from "../../graph/model.ts";
import { ofType } from "../../graph/resources.ts";
import { TYPES } from "../../graph/types.ts";
import type { CostDifference } from "../model.ts";
import { estimate, type Item } from "./estimate.ts";
import { priceSource } from "./prices.ts";

/**
 * What a stack costs a month before and after a change: what runs all the time, not what is paid by use.
 *
 * @param at milliseconds since the epoch: old prices are said to be
 */
export function costOf(before: Graph, after: Graph, at = systemClock.now()): CostDifference {
  const [old, now] = [before, unshrunk(before, after)].map((graph) => byResource(estimate(graph).items)) as [
    Costs,
    Costs,
  ];
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  const lines = names.map((key) => {
    const { resource, what } = now.get(key) ?? entry(old, key);
    // What is there without a price is unknown; what isn't there costs nothing.
    const usdIn = (costs: Costs) => cents(costs.has(key) ? entry(costs, key).usd : 0);
    return { resource, what, beforeUsd: usdIn(old), afterUsd: usdIn(now) };
  });
  const unknown = [...estimate(before).unknown, ...estimate(after).unknown];
  return {
    beforeUsd: total(old),
    afterUsd: total(now),
    lines: lines.filter(({ beforeUsd, afterUsd }) => beforeUsd !== afterUsd),
    unknown: [...new Set(unknown)].toSorted(),
    source: `${priceSource(at, regionOf(after))}; approximate; traffic, storage of objects, other logs and backups not counted`,
  };
}

/** Storage that is there and paid for: RDS makes none smaller (RDS API Reference, ModifyDBInstance, AllocatedStorage). */
function unshrunk(before: Graph, after: Graph): Graph {
  const old = new Map(
    ofType(before, TYPES.database).map(({ urn, inputs }) => [urn, inputs.allocatedStorage]),
  );
  return {
    ...after,
    resources: after.resources.map((each) => {
      const was = old.get(each.urn);
      if (each.type !== TYPES.database || was === undefined) return each;
      if (!(Number(was) > Number(each.inputs.allocatedStorage))) return each;
      return { ...each, inputs: { ...each.inputs, allocatedStorage: was } };
    }),
  };
}

type Costs = Map<string, Item>;

function byResource(items: Item[]): Costs {
  return new Map(items.map((item) => [`${item.resource} ${item.what}`, item]));
}

function total(costs: Costs): number {
  return cents([...costs.values()].reduce((sum, { usd }) => sum + (usd ?? 0), 0));
}

function cents<T extends number | null>(usd: T): T {
  return (usd === null ? null : Math.round(usd * 100) / 100) as T;
}

function regionOf(graph: Graph): string | undefined {
  const region = ofType(graph, TYPES.provider)[0]?.inputs.region;
  return typeof region === "string" ? region : undefined;
}
