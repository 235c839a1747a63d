import { UserError } from "../errors.ts";
import type { Graph, GraphResource, Value } from "./model.ts";
import { byUrn, ofType } from "./resources.ts";
import { serverFilesOf } from "./server-files.ts";
import { referencesIn } from "./text.ts";
import { TYPES } from "./types.ts";

/** The tracks that the program has, by their components. */
export function tracksOf(graph: Graph): string[] {
  return ofType(graph, TYPES.track).map(({ name }) => trackNamed(graph, name));
}

/** A track's component is called `<stack>-<track>`. */
function trackNamed({ stack }: Graph, component: string): string {
  return component.slice(stack.length + 1);
}

/**
 * Which target group is which track's: the output `targetGroupArns` says so, to a rollout on AWS as well. Urns by track,
 * in the order of the tracks' names.
 *
 * @throws {UserError} when the output isn't there, or refers to something else
 */
export function targetGroupsOf(graph: Graph): Map<string, string> {
  const arns = graph.outputs.targetGroupArns as Record<string, Value> | undefined;
  if (typeof arns !== "object" || arns === null)
    throw new UserError("the stack has no output targetGroupArns: its tracks are unknown");
  const groups = new Set(ofType(graph, TYPES.targetGroup).map(({ urn }) => urn));
  const named = Object.entries(arns).map(([track, arn]): [string, string] => {
    const urn = referencesIn(arn).find((reference) => groups.has(reference.urn))?.urn;
    if (urn === undefined)
      throw new UserError(`the output targetGroupArns.${track} refers to no target group`);
    return [track, urn];
  });
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The track that a resource belongs to, at any depth of its component; undefined when it is no track's. */
export function trackOf(graph: Graph, resource: GraphResource): string | undefined {
  const all = byUrn(graph);
  for (let each = all.get(resource.parent ?? ""); each; each = all.get(each.parent ?? ""))
    if (each.type === TYPES.track) return trackNamed(graph, each.name);
  return undefined;
}

/** The version that the captured program gives a track's servers: 12 hex digits. */
export function versionIn(graph: Graph, track: string): string {
  const template = within(graph, componentOf(graph, track)).find(({ type }) => type === TYPES.launchTemplate);
  // What only the cloud knows isn't the version.
  const told = template ? serverFilesOf(graph, template, () => "") : "";
  const version = /^[ \t]*VERSION=(\w+)[ \t]*$/m.exec(told)?.[1];
  if (!version) throw new Error(`the servers of ${track} aren't told a version`);
  return version;
}

/** @throws {UserError} for a track that the program doesn't have */
export function componentOf(graph: Graph, track: string): GraphResource {
  const found = ofType(graph, TYPES.track).find(({ name }) => trackNamed(graph, name) === track);
  if (!found) throw new UserError(`the program has no track ${track}`);
  return found;
}

/** The real resources that belong to a component, at any depth. */
export function within(graph: Graph, component: GraphResource): GraphResource[] {
  const all = byUrn(graph);
  const belongs = ({ parent = "" }: GraphResource): boolean => {
    const above = all.get(parent);
    return parent === component.urn || (above !== undefined && belongs(above));
  };
  return graph.resources.filter((each) => each.custom && belongs(each));
}
