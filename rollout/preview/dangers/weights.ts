import { type Condition, membersText } from "../../../infra/settings/cohorts/conditions.ts";
import { cohortOf, isCohortPlace } from "../../../infra/traffic/forward.ts";
import type { Graph, Value } from "../../graph/model.ts";
import { ofType } from "../../graph/resources.ts";
import { referencesIn } from "../../graph/text.ts";
import { targetGroupsOf } from "../../graph/tracks.ts";
import { TYPES } from "../../graph/types.ts";
import type { LedTo } from "../model.ts";
import { inputsOf, isObject, list, type Shown } from "../shown.ts";

/** The parts of a listener's action that say where traffic goes. */
interface Action {
  forward?: { targetGroups?: { arn: Value; weight?: Value }[] };
  targetGroupArn?: Value;
}

/** What the balancer sends where: each target group's share in percent, by urn, from the HTTPS listener. */
export function weightsOf(graph: Graph): Map<string, number> {
  const shares = new Map<string, number>();
  for (const listener of ofType(graph, TYPES.listener)) {
    const actions = listener.inputs.defaultActions;
    for (const action of Array.isArray(actions) ? actions : []) {
      const { forward, targetGroupArn } = action as unknown as Action;
      for (const group of forward?.targetGroups ?? []) {
        const urn = referencesIn(group.arn)[0]?.urn;
        if (urn) shares.set(urn, Number(group.weight ?? 1));
      }
      const urn = referencesIn(targetGroupArn)[0]?.urn;
      if (urn) shares.set(urn, 100);
    }
  }
  return shares;
}

/** The same by track, in the order of their names. Tracks at 0 that exist are in it. */
export function trackWeights(graph: Graph): Map<string, number> {
  const shares = weightsOf(graph);
  // A program from before there was such an output has no tracks that anything could be said of.
  const groups =
    graph.outputs.targetGroupArns === undefined ? new Map<string, string>() : targetGroupsOf(graph);
  return new Map([...groups].map(([track, urn]) => [track, shares.get(urn) ?? 0]));
}

/** Whether everybody but operators is turned away at the web firewall. */
export function inMaintenance(graph: Graph): boolean {
  return ofType(graph, TYPES.webAcl).some((acl) => {
    const rules: Shown[] = list(inputsOf(acl).rules);
    return rules.some((rule) => isObject(rule) && rule.name === "maintenance");
  });
}

/** The cohorts that are open, by name. */
export function ledBy(graph: Graph): Map<string, LedTo> {
  if (graph.outputs.targetGroupArns === undefined) return new Map();
  const tracks = new Map([...targetGroupsOf(graph)].map(([track, urn]) => [urn, track]));
  return new Map(
    ofType(graph, TYPES.listenerRule)
      .filter(({ inputs }) => isCohortPlace(Number(inputs.priority)))
      .map((rule) => {
        const [action] = rule.inputs.actions as { targetGroupArn?: Value }[];
        const urn = referencesIn(action?.targetGroupArn)[0]?.urn ?? "";
        const who = membersText(list(inputsOf(rule).conditions) as unknown as Condition[]);
        return [cohortOf(rule.urn), { track: tracks.get(urn) ?? "no track", who }];
      }),
  );
}

/**
 * The weights of the plan's steps, ascending. Those of before count: a change that also loosens the plan must not make its
 * own jump harmless. A program from before there was such an output says nothing of them.
 */
export function planWeights(before: Graph, after: Graph): number[] {
  const said = before.outputs.planWeights ?? after.outputs.planWeights;
  return Array.isArray(said) ? said.map(Number).toSorted((a, b) => a - b) : [];
}
