import { type Compliance, judge, type Violation, type Waiver } from "../../infra/policy/judge.ts";
import type { Resource } from "../../infra/policy/policy.ts";
import type { Graph, GraphResource, Value } from "../graph/model.ts";
import { referencesIn } from "../graph/text.ts";
import { inputsOf } from "./shown.ts";

/**
 * What a change breaks of the rules that every environment must meet, as sentences: not what was broken before it, and
 * not what a waiver covers. A waiver that has ended is told with every change.
 *
 * @param today the day in UTC, `2026-12-31`
 */
export function brokenPolicies(before: Graph, after: Graph, today: string): string[] {
  const { violations, expired } = checkPolicies(after, waiversOf(after), today);
  const old = new Set(checkPolicies(before, waiversOf(before), today).violations.map(violationText));
  return [...violations.map(violationText).filter((text) => !old.has(text)), ...expired.map(expiredText)];
}

function violationText({ policy, controls, resource, found, title, advice }: Violation): string {
  const source = controls.length > 0 ? ` (${controls.join(", ")})` : "";
  return `${resource} breaks ${policy}${source}: ${found}. ${title}. To do: ${advice}`;
}

function expiredText({ policy, resource, until }: Waiver): string {
  return `The waiver of ${policy} for ${resource} ended on ${until}: mend it, or give the waiver a new last day.`;
}

/**
 * What a captured stack breaks of the rules that every environment must meet.
 *
 * @param waivers as config has them; `waiversOf(graph)` where they were captured along
 * @param today the day in UTC, `2026-12-31`
 */
export function checkPolicies(graph: Graph, waivers: readonly Waiver[], today: string): Compliance {
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
    refs: Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, madeOf(value)])),
  };
}

/** A version's id names a secret's version and tells nothing of it. */
function madeOf(value: Value): string[] {
  return referencesIn(value)
    .filter(({ property }) => property !== "versionId")
    .map(({ urn }) => urn);
}
