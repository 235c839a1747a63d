import type { Graph, GraphResource, Value } from "./model.ts";
import { referencesIn } from "./text.ts";

/** The resources of some types, of a graph or of a stack's state. */
export function ofType<R extends { type: string }>(
  { resources = [] }: { resources?: readonly R[] | undefined },
  ...types: string[]
): R[] {
  return resources.filter(({ type }) => types.includes(type));
}

export function byUrn({ resources }: Pick<Graph, "resources">): Map<string, GraphResource> {
  return new Map(resources.map((resource) => [resource.urn, resource]));
}

/** The resource of the given type that a value refers to, if any. */
export function referred(graph: Graph, value: Value | undefined, type: string): GraphResource | undefined {
  const urns = new Set(referencesIn(value).map(({ urn }) => urn));
  return ofType(graph, type).find(({ urn }) => urns.has(urn));
}

/** The last part of a urn: the resource's name. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
