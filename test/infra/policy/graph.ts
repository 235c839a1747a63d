import type { Graph, GraphResource, Value } from "../../../rollout/graph/model.ts";

/** An edit of a graph. */
export type Edit = (graph: Graph) => void;

/** The resource of the last part of a type token and of a name; an error when there is none. */
export function resource(graph: Graph, type: string, name: string): GraphResource {
  const found = graph.resources.find((each) => each.type.endsWith(`:${type}`) && each.name === name);
  if (!found) throw new Error(`the graph has no ${type} ${name}`);
  return found;
}

/** Sets what is at a dotted path of a resource's inputs; undefined takes it away. */
export function set(type: string, name: string, path: string, value: Value | undefined): Edit {
  return (graph) => {
    const keys = path.split(".");
    const last = keys.pop()!;
    let place: Record<string, Value> = resource(graph, type, name).inputs;
    for (const key of keys) place = place[key] as Record<string, Value>;
    if (value === undefined) delete place[last];
    else place[last] = value;
  };
}

export function remove(type: string, name: string): Edit {
  return (graph) => {
    const gone = resource(graph, type, name);
    graph.resources = graph.resources.filter((each) => each !== gone);
  };
}

/** Adds a resource like another one, with other inputs. */
export function add(type: string, name: string, inputs: Record<string, Value>): Edit {
  return (graph) => {
    graph.resources.push({
      urn: `urn:pulumi:${graph.stack}::${graph.project}::${type}::${name}`,
      type,
      name,
      custom: true,
      inputs,
      dependencies: [],
      options: {},
    });
  };
}

/** A reference to an output of a resource. */
export function ref(graph: Graph, type: string, name: string, property = "id"): Value {
  return { $ref: { urn: resource(graph, type, name).urn, property } };
}
