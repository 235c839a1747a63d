import { drainingIn } from "../../infra/sessions/rules.ts";
import type { Graph, Value } from "../graph/model.ts";
import { ofType } from "../graph/resources.ts";
import { referencesIn } from "../graph/text.ts";
import { targetGroupsOf } from "../graph/tracks.ts";
import { TYPES } from "../graph/types.ts";
import { inMaintenance, ledBy, trackWeights } from "./dangers/weights.ts";
import type { LedTo, Traffic } from "./model.ts";

/** Each track's share of the traffic, before and after, whether users are let in at all, and who is kept without a share. */
export function trafficOf(before: Graph, after: Graph): Traffic {
  const [old, now] = [trackWeights(before), trackWeights(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return {
    tracks: names.map((name) => ({ name, before: old.get(name) ?? 0, after: now.get(name) ?? 0 })),
    maintenance: { before: inMaintenance(before), after: inMaintenance(after) },
    draining: { before: draining(before, old), after: draining(after, now) },
    cohorts: cohortChanges(ledBy(before), ledBy(after)),
  };
}

interface Rule {
  conditions?: { httpHeader?: { regexValues?: string[] } }[];
  actions?: { targetGroupArn?: Value }[];
}

function draining(graph: Graph, weights: ReadonlyMap<string, number>): string | undefined {
  if (weights.size === 0) return undefined;
  const tracks = new Map([...targetGroupsOf(graph)].map(([track, urn]) => [urn, track]));
  const matches = ofType(graph, TYPES.listenerRule).flatMap(({ inputs }) => {
    const { conditions, actions } = inputs as Rule;
    const track = tracks.get(referencesIn(actions?.[0]?.targetGroupArn)[0]?.urn ?? "");
    const patterns = conditions?.[0]?.httpHeader?.regexValues ?? [];
    return track === undefined ? [] : patterns.map((pattern) => ({ track, pattern }));
  });
  return drainingIn(matches, Object.fromEntries(weights));
}

export function trafficChanges({ tracks, maintenance, draining: drain, cohorts }: Traffic): boolean {
  return (
    cohorts.length > 0 ||
    drain.before !== drain.after ||
    maintenance.before !== maintenance.after ||
    tracks.some(({ before, after }) => before !== after)
  );
}

function cohortChanges(old: Map<string, LedTo>, now: Map<string, LedTo>): Traffic["cohorts"] {
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return names.flatMap((name) => {
    const [before, after] = [old.get(name), now.get(name)];
    if (before?.track === after?.track && before?.who === after?.who) return [];
    return [{ name, ...(before && { before }), ...(after && { after }) }];
  });
}
