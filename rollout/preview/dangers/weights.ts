import type { Graph, Value } from "../../graph/model.ts";
import { inputsOf, isObject, list, nameOf, ofType, refsOf, type Shown } from "../shown.ts";

export const TARGET_GROUP = "aws:lb/targetGroup:TargetGroup";
const LISTENER = "aws:lb/listener:Listener";

/** The parts of a listener's action that say where traffic goes. */
interface Action {
  forward?: { targetGroups?: { arn: Value; weight?: Value }[] };
  targetGroupArn?: Value;
}

/** What the balancer sends where: each target group's share in percent, by urn, from the HTTPS listener. */
export function weightsOf(graph: Graph): Map<string, number> {
  const shares = new Map<string, number>();
  for (const listener of ofType(graph, LISTENER)) {
    const actions = listener.inputs.defaultActions;
    for (const action of Array.isArray(actions) ? actions : []) {
      const { forward, targetGroupArn } = action as unknown as Action;
      for (const group of forward?.targetGroups ?? []) {
        const urn = refsOf(group.arn)[0]?.urn;
        if (urn) shares.set(urn, Number(group.weight ?? 1));
      }
      const urn = refsOf(targetGroupArn)[0]?.urn;
      if (urn) shares.set(urn, 100);
    }
  }
  return shares;
}

/** The same by track. A target group's name is `<stack>-<track>`. Tracks at 0 that exist are in it. */
export function trackWeights(graph: Graph): Map<string, number> {
  const shares = weightsOf(graph);
  const groups = ofType(graph, TARGET_GROUP).map(
    ({ urn, name }) => [trackOf(name, graph.stack), shares.get(urn) ?? 0] as const,
  );
  return new Map(groups.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function trackOf(name: string, stack: string): string {
  return nameOf(name).replace(new RegExp(`^${stack}-`), "");
}

/** Whether everybody but operators is turned away at the web firewall. */
export function inMaintenance(graph: Graph): boolean {
  return ofType(graph, "aws:wafv2/webAcl:WebAcl").some((acl) => {
    const rules: Shown[] = list(inputsOf(acl).rules);
    return rules.some((rule) => isObject(rule) && rule.name === "maintenance");
  });
}
