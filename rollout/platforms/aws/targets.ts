import { UserError } from "../../errors.ts";
import type { Graph, GraphResource, Value } from "../../graph/model.ts";

const TRACK = "rollout:infra:Track";
/** What a track's servers are made of, and belongs to all tracks. */
const SHARED = ["rollout:infra:Images", "rollout:infra:ServerRole"];
const RULE = "aws:lb/listenerRule:ListenerRule";

/**
 * What to bring up for a track's new version: its own resources, the images and the role that its servers need, and the
 * rules that take testers to it. Nothing that holds data, and not the listener: no user's request moves.
 *
 * @returns sorted urns
 * @throws {UserError} for a track that the program doesn't have
 */
export function targetsOf(graph: Graph, track: string): string[] {
  const byUrn = new Map(graph.resources.map((each) => [each.urn, each]));
  const own = within(graph, componentOf(graph, track), byUrn);
  const needed = dependenciesOf(own, byUrn);
  const shared = graph.resources.filter(({ type }) => SHARED.includes(type));
  const made = shared.flatMap((each) => within(graph, each, byUrn)).filter((each) => needed.has(each.urn));
  const owned = new Set(own.map(({ urn }) => urn));
  const rules = graph.resources.filter(
    ({ type, dependencies }) => type === RULE && dependencies.some((urn) => owned.has(urn)),
  );
  return [...own, ...made, ...rules].map(({ urn }) => urn).sort();
}

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

function componentOf(graph: Graph, track: string): GraphResource {
  const name = `${graph.stack}-${track}`;
  const found = graph.resources.find((each) => each.type === TRACK && each.name === name);
  if (!found) throw new UserError(`the program has no track ${track}`);
  return found;
}

/** The real resources that belong to a component, at any depth. */
function within(graph: Graph, component: GraphResource, byUrn: Map<string, GraphResource>): GraphResource[] {
  const belongs = ({ parent }: GraphResource): boolean => {
    if (parent === component.urn) return true;
    const above = parent === undefined ? undefined : byUrn.get(parent);
    return above !== undefined && belongs(above);
  };
  return graph.resources.filter((each) => each.custom && belongs(each));
}

function dependenciesOf(of: GraphResource[], byUrn: Map<string, GraphResource>): Set<string> {
  const found = new Set<string>();
  const waiting = [...of];
  for (let each = waiting.pop(); each; each = waiting.pop()) {
    for (const urn of each.dependencies) {
      if (found.has(urn)) continue;
      found.add(urn);
      const next = byUrn.get(urn);
      if (next) waiting.push(next);
    }
  }
  return found;
}

/** All text in a value; what only the cloud knows is left out. */
function textIn(value: Value): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textIn).join("");
  if (typeof value !== "object" || value === null || "$ref" in value) return "";
  return Object.values(value).map(textIn).join("");
}
