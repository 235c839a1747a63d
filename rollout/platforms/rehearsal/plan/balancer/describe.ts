import type { Graph, GraphResource } from "../../../../graph/model.ts";
import { type Resolve, referencesIn } from "../../../../graph/text.ts";
import { RehearsalError } from "../../machine/errors.ts";
import { all, only } from "../lookup.ts";
import { firewallOf } from "./describe-firewall.ts";
import { splitOf } from "./describe-split.ts";
import { targetGroupOf } from "./describe-target-group.ts";
import { testersOf } from "./describe-testers.ts";
import { Inputs } from "./inputs.ts";
import type { BalancerModel } from "./model.ts";
import { tlsOf } from "./tls.ts";

const TYPES = {
  balancer: "aws:lb/loadBalancer:LoadBalancer",
  listener: "aws:lb/listener:Listener",
  rule: "aws:lb/listenerRule:ListenerRule",
  targetGroup: "aws:lb/targetGroup:TargetGroup",
} as const;

/**
 * Reads the load balancer off a captured stack: its listeners, rules, target groups and web ACL.
 *
 * @param resolve gives the operators' token, which the web ACL refers to
 * @throws {RehearsalError} that names the resource and the input that this machine can't play
 */
export function describeBalancer(graph: Graph, resolve: Resolve): BalancerModel {
  const balancer = only(graph, TYPES.balancer);
  const inputs = Inputs.of(balancer);
  inputs.at("loadBalancerType").oneOf(["application"], "application");
  const listeners = all(graph, TYPES.listener).map(Inputs.of);
  const https = listenerFor(listeners, "HTTPS");
  if (!https) throw new RehearsalError(`${balancer.type} ${balancer.name}: it has no HTTPS listener`);
  const trackNames = tracksByTargetGroup(graph);
  const plain = listenerFor(listeners, "HTTP");

  return {
    idleTimeoutSeconds: inputs.at("idleTimeout").number(60),
    http2: inputs.at("enableHttp2").flag(true),
    dropInvalidHeaders: inputs.at("dropInvalidHeaderFields").flag(false),
    forwardedFor: inputs.at("xffHeaderProcessingMode").oneOf(["append", "preserve", "remove"], "append"),
    tls: tlsOf(https.at("sslPolicy")),
    ...(plain && { redirectStatus: redirectOf(plain) }),
    tracks: [...trackNames]
      .map(([urn, name]) => targetGroupOf(targetGroup(graph, urn, name), name))
      .sort(byName),
    testers: testersOf(rulesOf(graph, https.resource.urn), trackNames),
    split: splitOf(https.at("defaultActions"), trackNames),
    firewall: firewallOf(graph, balancer.urn, resolve),
  };
}

/** The output `targetGroupArns` says which target group is which track's. */
function tracksByTargetGroup(graph: Graph): Map<string, string> {
  const arns = graph.outputs.targetGroupArns;
  if (typeof arns !== "object" || arns === null)
    throw new RehearsalError("the stack has no output targetGroupArns: its tracks are unknown");
  return new Map(
    Object.entries(arns).flatMap(([name, arn]) => referencesIn(arn).map(({ urn }) => [urn, name] as const)),
  );
}

function targetGroup(graph: Graph, urn: string, track: string): GraphResource {
  const group = all(graph, TYPES.targetGroup).find((resource) => resource.urn === urn);
  if (!group) throw new RehearsalError(`the output targetGroupArns.${track} refers to no target group`);
  return group;
}

function listenerFor(listeners: Inputs[], protocol: "HTTP" | "HTTPS"): Inputs | undefined {
  const [listener, second] = listeners.filter((each) => each.at("protocol").text("HTTP") === protocol);
  second?.fail(`the rehearsal plays one ${protocol} listener`);
  return listener;
}

function rulesOf(graph: Graph, listenerUrn: string): Inputs[] {
  return all(graph, TYPES.rule)
    .map(Inputs.of)
    .filter((rule) => rule.at("listenerArn").reference() === listenerUrn)
    .sort((a, b) => a.at("priority").number() - b.at("priority").number());
}

function redirectOf(listener: Inputs): 301 | 302 {
  const [action = listener.at("defaultActions").fail("must be a redirect to HTTPS")] = listener
    .at("defaultActions")
    .list();
  action.at("type").oneOf(["redirect"]);
  action.at("redirect.protocol").oneOf(["HTTPS"]);
  for (const kept of ["host", "path", "query"]) {
    if (action.at(`redirect.${kept}`).text(`#{${kept}}`).replace(/^\//, "") !== `#{${kept}}`)
      action.at(`redirect.${kept}`).cannotPlay(`keeps the ${kept} in a redirect`);
  }
  return action.at("redirect.statusCode").oneOf(["HTTP_301", "HTTP_302"]) === "HTTP_301" ? 301 : 302;
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
