import type { Graph, GraphResource } from "./model.ts";

/**
 * A graph for people: each component with what belongs to it, one line a resource.
 */
export function treeOf(graph: Graph): string {
  const children = Map.groupBy(graph.resources, ({ parent }) => parent ?? "");
  const lines = (children.get("") ?? []).flatMap((each) => linesOf(each, children, ""));
  const resources = graph.resources.filter(({ custom }) => custom).length;
  const components = graph.resources.length - resources;
  return [
    `${graph.project}/${graph.stack}: ${count(resources, "resource")} in ${count(components, "component")}`,
    "",
    ...lines,
    "",
    `Outputs: ${Object.keys(graph.outputs).join(", ") || "none"}`,
    "",
  ].join("\n");
}

function linesOf(resource: GraphResource, children: Map<string, GraphResource[]>, indent: string): string[] {
  const notes = [
    resource.options.protect ? "protected" : "",
    resource.options.retainOnDelete ? "kept on delete" : "",
  ].filter((note) => note);
  const line = `${indent}${resource.name}  ${resource.type}${notes.length > 0 ? `  [${notes.join(", ")}]` : ""}`;
  const below = children.get(resource.urn) ?? [];
  return [line, ...below.flatMap((each) => linesOf(each, children, `${indent}  `))];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
