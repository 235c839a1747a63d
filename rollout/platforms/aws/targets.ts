import type { Graph, GraphResource } from "../../graph/model.ts";
import { componentOf, within } from "../../graph/tracks.ts";

/** What a track's servers are made of, and belongs to all tracks. */
const SHARED = ["rollout:infra:Images", "rollout:infra:ServerRole"];
const RULE = "aws:lb/listenerRule:ListenerRule";

/**
 * What to bring up for a track's new version: its own resources, the images and the role that its servers need, and the
 * rules that take testers to it. Nothing that holds data, and not the listener: no user's request moves.
 *
 * @returns sorted urns
 * @throws {UserError} for a track that the program doesn't have
 */
export function targetsOf(graph: Graph, track: string): string[] {
  const byUrn = new Map(graph.resources.map((each) => [each.urn, each]));
  const own = within(graph, componentOf(graph, track), byUrn);
  const needed = dependenciesOf(own, byUrn);
  const shared = graph.resources.filter(({ type }) => SHARED.includes(type));
  const made = shared.flatMap((each) => within(graph, each, byUrn)).filter((each) => needed.has(each.urn));
  const owned = new Set(own.map(({ urn }) => urn));
  const rules = graph.resources.filter(
    ({ type, dependencies }) => type === RULE && dependencies.some((urn) => owned.has(urn)),
  );
  return [...own, ...made, ...rules].map(({ urn }) => urn).sort();
}

function dependenciesOf(of: GraphResource[], byUrn: Map<string, GraphResource>): Set<string> {
  const found = new Set<string>();
  const waiting = [...of];
  for (let each = waiting.pop(); each; each = waiting.pop()) {
    for (const urn of each.dependencies) {
      if (found.has(urn)) continue;
      found.add(urn);
      const next = byUrn.get(urn);
      if (next) waiting.push(next);
    }
  }
  return found;
}
