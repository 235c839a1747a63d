import { UserError } from "../errors.ts";
import type { Graph, GraphResource, Value } from "./model.ts";

const TRACK = "rollout:infra:Track";

/** The version that the captured program gives a track's servers: 12 hex digits. */
export function versionIn(graph: Graph, track: string): string {
  const byUrn = new Map(graph.resources.map((each) => [each.urn, each]));
  const template = within(graph, componentOf(graph, track), byUrn).find(
    ({ type }) => type === "aws:ec2/launchTemplate:LaunchTemplate",
  );
  const version = /^\s*VERSION=(\w+)\s*$/m.exec(textIn(template?.inputs.userData ?? null))?.[1];
  if (!version) throw new Error(`the servers of ${track} aren't told a version`);
  return version;
}

export function componentOf(graph: Graph, track: string): GraphResource {
  const name = `${graph.stack}-${track}`;
  const found = graph.resources.find((each) => each.type === TRACK && each.name === name);
  if (!found) throw new UserError(`the program has no track ${track}`);
  return found;
}

/** The real resources that belong to a component, at any depth. */
export function within(
  graph: Graph,
  component: GraphResource,
  byUrn: Map<string, GraphResource>,
): GraphResource[] {
  const belongs = ({ parent }: GraphResource): boolean => {
    if (parent === component.urn) return true;
    const above = parent === undefined ? undefined : byUrn.get(parent);
    return above !== undefined && belongs(above);
  };
  return graph.resources.filter((each) => each.custom && belongs(each));
}

/** All text in a value; what only the cloud knows is left out. */
function textIn(value: Value): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textIn).join("");
  if (typeof value !== "object" || value === null || "$ref" in value) return "";
  return Object.values(value).map(textIn).join("");
}
