import { entry, first, given, nth, upTo } from "../../infra/sure.ts";
import type { Graph } from "../graph/model.ts";
import type { Delta } from "./changes/follows.ts";
import type { Topology } from "./model.ts";

/** More than this many resources are drawn by component: nobody reads a hundred boxes. */
const MOST_NODES = 40;

/** What a change touches, and which of it needs which. */
export function topologyOf(deltas: Delta[], before: Graph, after: Graph): Topology {
  const byComponent = deltas.length > MOST_NODES;
  const keyOf = ({ change }: Delta) => (byComponent ? change.component : change.urn);
  const groups = Map.groupBy(deltas, keyOf);
  const ids = new Map([...groups.keys()].map((key, index) => [key, `n${index}`]));
  const keys = new Map(deltas.map((delta) => [delta.change.urn, keyOf(delta)]));
  const nodes = [...groups].map(([key, members]) => {
    const { change } = first(members);
    const kinds = new Set(members.map((each) => each.change.kind));
    return {
      id: entry(ids, key),
      label: byComponent ? `${members.length} resources` : `${change.name} (${kindOf(change.type)})`,
      component: change.component,
      kind: kinds.size === 1 ? change.kind : ("update" as const),
    };
  });
  const edges = deltas.flatMap((delta) =>
    needs(delta, before, after).flatMap((urn) => {
      const [from, to] = [entry(ids, keyOf(delta)), ids.get(keys.get(urn) ?? "")];
      return to === undefined || from === to ? [] : [`${from} ${to}`];
    }),
  );
  return {
    nodes,
    edges: [...new Set(edges)].map((edge) => ({ from: upTo(edge, " "), to: nth(edge.split(" "), 1) })),
  };
}

/** `aws:rds/instance:Instance`: `rds Instance`. The last word alone could be anything. */
function kindOf(type: string): string {
  const [, module = "", name = ""] = type.split(":");
  return `${module.split("/")[0]} ${name}`;
}

function needs({ before, after }: Delta, old: Graph, now: Graph): string[] {
  const resource = given(after ?? before, "resource before or after the change");
  const there = after ? now : old;
  return resource.dependencies.filter((urn) =>
    there.resources.some((each) => each.urn === urn && each.custom),
  );
}
