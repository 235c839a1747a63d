import type { Graph, GraphResource, Value } from "../../graph/model.ts";
import { isObject } from "../shown.ts";

/** A resource before and after; one of them is absent when it is created or deleted. */
export interface Pair {
  before?: GraphResource;
  after?: GraphResource;
}

/**
 * The graph of before in the names of after: a resource that the program says was called something else (an alias, of its
 * own or of its component) gets the urn that it has now, wherever it is named.
 */
export function renamed(before: Graph, after: Graph): Graph {
  const old = new Set(before.resources.map(({ urn }) => urn));
  const taken = new Set(after.resources.map(({ urn }) => urn));
  const names = new Map<string, string>();
  for (const resource of after.resources.filter(isReal)) {
    if (old.has(resource.urn)) continue;
    const was = aliasesOf(resource, after).find((each) => old.has(each) && !taken.has(each));
    if (was !== undefined && !names.has(was)) names.set(was, resource.urn);
  }
  if (names.size === 0) return before;
  return JSON.parse(JSON.stringify(before), (_key, value) =>
    typeof value === "string" ? (names.get(value) ?? value) : value,
  );
}

/** Which resource is which, by urn. Components are left out: they exist only in the program. */
export function pairs(before: Graph, after: Graph): Pair[] {
  const old = new Map(before.resources.filter(isReal).map((each) => [each.urn, each]));
  const now = new Map(after.resources.filter(isReal).map((each) => [each.urn, each]));
  return [...new Set([...old.keys(), ...now.keys()])].map((urn) => ({
    before: old.get(urn),
    after: now.get(urn),
  }));
}

function isReal({ custom, type }: GraphResource): boolean {
  return custom && !type.startsWith("pulumi:providers:");
}

/** The urns that a resource may have had, from its own aliases and those of its parents. */
function aliasesOf(resource: GraphResource, graph: Graph): string[] {
  const { project, stack } = graph;
  const parentUrns = resource.parent ? [resource.parent, ...parentAliases(resource.parent, graph)] : [""];
  const given = (resource.options.aliases ?? []).flatMap((alias) => {
    if (typeof alias === "string") return [alias];
    if (!isObject(alias)) return [];
    const { name, type, parent, urn, noParent } = alias as Record<string, string | boolean | undefined>;
    if (typeof urn === "string") return [urn];
    const under = noParent ? [""] : typeof parent === "string" ? [parent] : parentUrns;
    return under.map((each) =>
      urnOf(project, stack, each, String(type || resource.type), String(name || resource.name)),
    );
  });
  const moved = parentUrns.slice(1).map((each) => urnOf(project, stack, each, resource.type, resource.name));
  return [...given, ...moved];
}

function parentAliases(urn: string, graph: Graph): string[] {
  const parent = graph.resources.find((each) => each.urn === urn);
  const named = (parent?.options.aliases ?? []) as Value[];
  return parent && named.length > 0 ? aliasesOf(parent, graph) : [];
}

function urnOf(project: string, stack: string, parent: string, type: string, name: string): string {
  const parentTypes = parent === "" ? "" : (parent.split("::")[2] ?? "");
  const path = parentTypes === "" || parentTypes === "pulumi:pulumi:Stack" ? type : `${parentTypes}$${type}`;
  return `urn:pulumi:${stack}::${project}::${path}::${name}`;
}
