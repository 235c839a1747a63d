import type { Graph } from "../graph/model.ts";
import { tracksOf, versionIn } from "../graph/tracks.ts";

/** What the captured program gives each track's servers to run: 12 hex digits, by track. */
export function versionsOf(graph: Graph): Record<string, string> {
  return Object.fromEntries(tracksOf(graph).map((track) => [track, versionIn(graph, track)]));
}
