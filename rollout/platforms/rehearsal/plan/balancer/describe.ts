import type { Graph } from "../../../../graph/model.ts";
import { ofType } from "../../../../graph/resources.ts";
import type { Resolve } from "../../../../graph/text.ts";
import { targetGroupsOf } from "../../../../graph/tracks.ts";
import { TYPES } from "../../../../graph/types.ts";
import { RehearsalError } from "../../machine/errors.ts";
import { only } from "../lookup.ts";
import { firewallOf } from "./describe-firewall.ts";
import { ledBy } from "./describe-led.ts";
import { redirects, redirectsOf, statusOf } from "./describe-redirects.ts";
import { isSessionRule, sessionRuleOf } from "./describe-sessions.ts";
import { sharesOf } from "./describe-split.ts";
import { targetGroupOf } from "./describe-target-group.ts";
import { Inputs } from "./inputs.ts";
import type { BalancerModel } from "./model.ts";
import { tlsOf } from "./tls.ts";

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
  const listeners = ofType(graph, TYPES.listener).map(Inputs.of);
  const https = listenerFor(listeners, "HTTPS");
  if (!https) throw new RehearsalError(`${balancer.type} ${balancer.name}: it has no HTTPS listener`);
  const trackNames = new Map([...targetGroupsOf(graph)].map(([track, urn]) => [urn, track]));
  const plain = listenerFor(listeners, "HTTP");
  const rules = rulesOf(graph, https.resource.urn);
  const redirecting = rules.filter(redirects);
  const forwarding = rules.filter((rule) => !redirects(rule));
  const bySession = forwarding.filter(isSessionRule);
  const led = forwarding.slice(0, forwarding.length - bySession.length);
  led.find(isSessionRule)?.fail("the rehearsal plays sessions after testers and cohorts");

  return {
    idleTimeoutSeconds: inputs.at("idleTimeout").number(60),
    http2: inputs.at("enableHttp2").flag(true),
    dropInvalidHeaders: inputs.at("dropInvalidHeaderFields").flag(false),
    forwardedFor: inputs.at("xffHeaderProcessingMode").oneOf(["append", "preserve", "remove"], "append"),
    tls: tlsOf(https.at("sslPolicy")),
    ...(plain && { redirectStatus: redirectOf(plain) }),
    tracks: ofType(graph, TYPES.targetGroup)
      .flatMap((group) => {
        const track = trackNames.get(group.urn);
        return track === undefined ? [] : [targetGroupOf(group, track)];
      })
      .sort(byName),
    redirects: redirecting.flatMap(redirectsOf),
    led: ledBy(led, trackNames),
    split: {
      weights: sharesOf(https.at("defaultActions"), trackNames),
      rules: bySession.map((rule) => sessionRuleOf(rule, trackNames)),
    },
    firewall: firewallOf(graph, balancer.urn, resolve),
  };
}

function listenerFor(listeners: Inputs[], protocol: "HTTP" | "HTTPS"): Inputs | undefined {
  const [listener, second] = listeners.filter((each) => each.at("protocol").text("HTTP") === protocol);
  second?.fail(`the rehearsal plays one ${protocol} listener`);
  return listener;
}

function rulesOf(graph: Graph, listenerUrn: string): Inputs[] {
  return ofType(graph, TYPES.listenerRule)
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
  return statusOf(action);
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
