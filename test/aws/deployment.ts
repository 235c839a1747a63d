import type { Graph } from "../../rollout/graph/model.ts";
import type { Deployment, StateResource } from "../../rollout/platforms/aws/deployment.ts";
import type { Weights } from "../../rollout/platforms/platform.ts";
import type { Account } from "./account.ts";
import type { FlagIds } from "./flags.ts";
import type { MadeStack } from "./stack.ts";

const WEB_ACL = "aws:wafv2/webAcl:WebAcl";

/** The stack's state after its first `up`: the firewall is open. */
export function deploymentOf(
  graph: Graph,
  stack: MadeStack,
  { resources, secretNames, flags }: Account & { flags: FlagIds },
  weights: Weights,
): Deployment {
  const { resources: known = [] } = stack.state(weights);
  const { url, logGroups } = graph.outputs;
  Object.assign(known[0]!.outputs!, { url, secretNames, flags, logGroups });
  return {
    resources: [
      ...known,
      ...resources,
      resourceIn(graph, "aws:lb/loadBalancer:LoadBalancer", { dnsName: stack.dnsName }),
      resourceIn(graph, WEB_ACL, { rules: [] }),
    ],
  };
}

function resourceIn({ resources }: Graph, type: string, outputs: Record<string, unknown>): StateResource {
  return { urn: resources.find((each) => each.type === type)!.urn, type, outputs };
}

/** By the rules that the last `up` gave the web ACL (infra/traffic/waf.ts). */
export function isClosed({ resources = [] }: Deployment): boolean {
  const rules = resources.find(({ type }) => type === WEB_ACL)?.outputs?.rules as { name: string }[];
  return rules.some(({ name }) => name === "maintenance");
}
