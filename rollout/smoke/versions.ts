import type { Graph } from "../graph/model.ts";
import { versionIn } from "../graph/tracks.ts";

const TRACK = "rollout:infra:Track";

/** What the captured program gives each track's servers to run: 12 hex digits, by track. */
export function versionsOf(graph: Graph): Record<string, string> {
  const names = graph.resources
    .filter(({ type }) => type === TRACK)
    .map(({ name }) => name.slice(graph.stack.length + 1));
  return Object.fromEntries(names.map((name) => [name, versionIn(graph, name)]));
}
