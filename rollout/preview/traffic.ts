import type { Graph } from "../graph/model.ts";
import { inMaintenance, trackWeights } from "./dangers/weights.ts";
import type { Traffic } from "./model.ts";

/** Each track's share of the traffic, before and after, and whether users are let in at all. */
export function trafficOf(before: Graph, after: Graph): Traffic {
  const [old, now] = [trackWeights(before), trackWeights(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return {
    tracks: names.map((name) => ({ name, before: old.get(name) ?? 0, after: now.get(name) ?? 0 })),
    maintenance: { before: inMaintenance(before), after: inMaintenance(after) },
  };
}

export function trafficChanges({ tracks, maintenance }: Traffic): boolean {
  return maintenance.before !== maintenance.after || tracks.some(({ before, after }) => before !== after);
}
