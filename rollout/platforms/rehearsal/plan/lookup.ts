import type { Graph, GraphResource, Value } from "../../../graph/model.ts";
import { ofType, referred } from "../../../graph/resources.ts";
import { RehearsalError } from "../machine/errors.ts";

/** @throws {RehearsalError} when there is none or more than one */
export function only(graph: Graph, type: string): GraphResource {
  const [first, second] = ofType(graph, type);
  if (!first) throw new RehearsalError(`the stack has no ${type}: there is nothing to rehearse it with`);
  if (second) throw new RehearsalError(`the stack has several ${type}; the rehearsal plays one`);
  return first;
}

export function referredOrFail(graph: Graph, from: GraphResource, key: string, type: string): GraphResource {
  const found = referred(graph, from.inputs[key], type);
  if (!found) throw new RehearsalError(`${from.name} has no ${type} in its ${key}`);
  return found;
}

export function numberOf(value: Value | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
