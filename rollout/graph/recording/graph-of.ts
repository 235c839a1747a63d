import type { Graph, GraphOptions, GraphResource } from "../model.ts";
import type { Tokens } from "../tokens.ts";
import type { Observed } from "./monitor.ts";
import type { Registration } from "./registration.ts";
import { Values } from "./values.ts";

/** The graph of what a program registered: the same for the same config, whatever the order of things was. */
export function graphOf(
  observed: Observed,
  of: { project: string; stack: string; projectDir: string; tokens: Tokens },
): Graph {
  const values = new Values(of.tokens, of.projectDir);
  return {
    version: 1,
    project: of.project,
    stack: of.stack,
    resources: observed.registrations.map((each) => resourceOf(each, values)).sort(byUrn),
    outputs: values.fields(observed.outputs),
  };
}

function resourceOf(registration: Registration, values: Values): GraphResource {
  const { urn, type, name, custom, inputs, parent, dependencies, options } = registration;
  return {
    urn,
    type,
    name,
    custom,
    inputs: values.fields(inputs),
    ...(parent === undefined ? {} : { parent }),
    dependencies,
    options: sortedOptions(options),
  };
}

function sortedOptions(options: GraphOptions): GraphOptions {
  return Object.fromEntries(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function byUrn(a: GraphResource, b: GraphResource): number {
  return a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0;
}
