import type { Graph, GraphOptions, GraphResource, Value } from "../../../rollout/graph/model.ts";
import { compare } from "../../../rollout/preview/compare.ts";
import type { StackPreview } from "../../../rollout/preview/model.ts";

// Graphs of a resource or two, where a whole stack would hide what matters.

export const urnOf = (type: string, name: string) => `urn:pulumi:beta::rollout::${type}::${name}`;

export function resource(
  type: string,
  name: string,
  inputs: Record<string, Value> = {},
  options: GraphOptions = {},
): GraphResource {
  return { urn: urnOf(type, name), type, name, custom: true, inputs, options, dependencies: [] };
}

export function graph(...resources: GraphResource[]): Graph {
  return { version: 1, project: "rollout", stack: "beta", resources, outputs: {} };
}

export function compared(before: Graph, after: Graph): StackPreview {
  return compare({ before, after, today: "2026-11-21" });
}

/** The dangers when inputs of one resource become others. */
export function dangersOf(
  type: string,
  before: Record<string, Value>,
  after: Record<string, Value>,
): StackPreview["dangers"] {
  return compared(graph(resource(type, "it", before)), graph(resource(type, "it", after))).dangers;
}
