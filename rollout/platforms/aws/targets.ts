import type { Graph, GraphResource } from "../../graph/model.ts";
import { byUrn, ofType } from "../../graph/resources.ts";
import { componentOf, within } from "../../graph/tracks.ts";
import { TYPES } from "../../graph/types.ts";

/**
 * What to bring up for a track's new version: its own resources, the images and the role that its servers need, and the
 * rules that take testers to it. Nothing that holds data, and not the listener: no user's request moves.
 *
 * @returns sorted urns
 * @throws {UserError} for a track that the program doesn't have
 */
export function targetsOf(graph: Graph, track: string): string[] {
  const own = within(graph, componentOf(graph, track));
  const needed = dependenciesOf(own, byUrn(graph));
  // What a track's servers are made of, and belongs to all tracks.
  const shared = ofType(
    graph,
    TYPES.images,
    TYPES.serverRole,
    TYPES.processes,
    TYPES.filesBucket,
    TYPES.assetsBucket,
  );
  const made = shared.flatMap((each) => within(graph, each)).filter((each) => needed.has(each.urn));
  const owned = new Set(own.map(({ urn }) => urn));
  const rules = ofType(graph, TYPES.listenerRule).filter(({ dependencies }) =>
    dependencies.some((urn) => owned.has(urn)),
  );
  return [...own, ...made, ...rules].map(({ urn }) => urn).sort();
}

function dependenciesOf(of: GraphResource[], all: Map<string, GraphResource>): Set<string> {
  const found = new Set<string>();
  const waiting = [...of];
  for (let each = waiting.pop(); each; each = waiting.pop()) {
    for (const urn of each.dependencies) {
      if (found.has(urn)) continue;
      found.add(urn);
      const next = all.get(urn);
      if (next) waiting.push(next);
    }
  }
  return found;
}
