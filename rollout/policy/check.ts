import { judge, type Verdict, type Waiver } from "../../infra/policy/judge.ts";
import type { Resource } from "../../infra/policy/policy.ts";
import type { Graph, GraphResource, Value } from "../graph/model.ts";
import { inputsOf, refsOf } from "../preview/shown.ts";

/**
 * What a captured stack breaks of the rules that every environment must meet.
 *
 * @param waivers as config has them; `waiversOf(graph)` where they were captured along
 * @param today the day in UTC, `2026-12-31`
 */
export function checkPolicies(graph: Graph, waivers: readonly Waiver[], today: string): Verdict {
  return judge(resourcesOf(graph), waivers, today);
}

/** The waivers that a captured stack carries; none in a graph from before there were any. */
export function waiversOf(graph: Graph): Waiver[] {
  const waivers = graph.outputs.waivers as Value | undefined;
  return Array.isArray(waivers) ? (waivers as unknown as Waiver[]) : [];
}

/** A graph's resources as rules see them. */
export function resourcesOf(graph: Graph): Resource[] {
  return graph.resources.filter(({ custom }) => custom).map(resourceOf);
}

function resourceOf(resource: GraphResource): Resource {
  const { urn, type, name, inputs, options } = resource;
  return {
    urn,
    type,
    name,
    inputs: inputsOf(resource),
    protect: options.protect ?? false,
    redacted: true,
    refs: Object.fromEntries(
      Object.entries(inputs).map(([key, value]) => [key, refsOf(value).map((each) => each.urn)]),
    ),
  };
}
