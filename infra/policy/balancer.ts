import { onCompanion, onProperty, type Policy } from "./policy.ts";
import { overLimits } from "./rule-limits.ts";
import { at, atLeast, isTrue, type Json, list, said, UNKNOWN } from "./values.ts";

const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";
const RULE = "aws:lb/listenerRule:ListenerRule";
const TARGETS = "aws:lb/targetGroup:TargetGroup";
const WEB_ACL = "aws:wafv2/webAcl:WebAcl";

/** The way in. Source of the controls: AWS Security Hub, "Controls for Elastic Load Balancing" and "for AWS WAF". */
export const balancerPolicies: Policy[] = [
  {
    id: "http-redirects",
    title: "Plain HTTP only redirects to HTTPS",
    controls: ["ELB.1", "ELB.18"],
    why: "Passwords and cookies travel in clear.",
    advice: "Let the listener redirect to HTTPS, and serve on an HTTPS listener.",
    types: [LISTENER],
    broken: ({ inputs }) => {
      if (inputs.protocol === "HTTPS" || inputs.protocol === UNKNOWN) return [];
      const actions = list(inputs.defaultActions);
      const redirects =
        actions.length > 0 && actions.every((each) => at(each, "redirect.protocol") === "HTTPS");
      return redirects ? [] : [`the listener for ${said(inputs.protocol)} does more than redirect to HTTPS`];
    },
  },
  {
    id: "listener-tls-policy",
    title: "Listeners speak TLS 1.2 or later, with ciphers that are still trusted",
    controls: ["ELB.17"],
    why: "Older versions and ciphers can be broken by whoever listens in.",
    advice: "Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-2021-06 or a stricter one.",
    types: [LISTENER],
    broken: ({ inputs }) =>
      inputs.protocol !== "HTTPS" || isStrict(inputs.sslPolicy)
        ? []
        : [`sslPolicy is ${said(inputs.sslPolicy)}`],
  },
  onProperty(TARGETS, "protocol", isHttps, {
    id: "targets-tls",
    title: "The balancer speaks TLS to the servers",
    controls: ["ELB.22"],
    why: "Requests travel in clear inside the network, with everybody's cookies.",
    advice: "Set the target group's protocol to HTTPS; a certificate made on the server will do.",
  }),
  onProperty(TARGETS, "healthCheck.protocol", isHttps, {
    id: "health-checks-tls",
    title: "Health checks go the way that requests go",
    controls: ["ELB.21"],
    why: "A server that can't answer over TLS counts as healthy.",
    advice: "Set healthCheck.protocol to HTTPS.",
  }),
  onProperty(BALANCER, "dropInvalidHeaderFields", isTrue, {
    id: "balancer-drops-invalid-headers",
    title: "A balancer drops headers that aren't valid",
    controls: ["ELB.4"],
    why: "Servers read odd headers differently: a request can be smuggled in with another.",
    advice: "Set dropInvalidHeaderFields.",
  }),
  onProperty(BALANCER, "accessLogs.enabled", isTrue, {
    id: "balancer-access-logs",
    title: "A balancer logs requests",
    controls: ["ELB.5"],
    why: "After an incident nobody can tell who asked for what.",
    advice: "Set accessLogs to a bucket.",
  }),
  onProperty(BALANCER, "enableDeletionProtection", isTrue, {
    id: "balancer-deletion-protected",
    title: "AWS refuses to delete a balancer",
    controls: ["ELB.6"],
    why: "One wrong command takes the service off the internet, and its name's address changes.",
    advice: "Set enableDeletionProtection; take it off in a change of its own.",
  }),
  onProperty(BALANCER, "desyncMitigationMode", (value) => value === undefined || isDefensive(value), {
    id: "balancer-desync",
    title: "A balancer refuses requests that it and a server may read differently",
    controls: ["ELB.12"],
    why: "Requests can be smuggled past the web firewall.",
    advice: "Leave desyncMitigationMode at defensive or strictest.",
  }),
  {
    id: "balancer-zones",
    title: "A balancer is in two zones or more",
    controls: ["ELB.13"],
    why: "The service goes with one zone.",
    advice: "Give it a public subnet in each zone of rollout:network.zones.",
    types: [BALANCER],
    broken: ({ inputs }) =>
      inputs.subnets === UNKNOWN || list(inputs.subnets).length >= 2
        ? []
        : [`it has ${list(inputs.subnets).length} subnets`],
  },
  {
    id: "listener-rules-fit",
    title: "A listener's rule is one that the balancer takes",
    controls: [],
    why: "AWS refuses it in the middle of an update.",
    advice: "Spread the values over several rules, or say them with fewer wildcards.",
    types: [RULE],
    broken: ({ inputs }) => (inputs.conditions === UNKNOWN ? [] : overLimits(list(inputs.conditions))),
  },
  onCompanion(
    BALANCER,
    {
      type: "aws:wafv2/webAclAssociation:WebAclAssociation",
      by: "resourceArn",
      missing: "no web firewall is before it",
      // `rollout:webFirewall: none` says so on the balancer itself.
      spared: ({ inputs }) => at(inputs, "tags.webFirewall") === "none",
    },
    {
      id: "balancer-web-firewall",
      title: "A web firewall is before every balancer",
      controls: ["ELB.16"],
      why: "Requests that are known to attack reach the application, as many as anyone likes.",
      advice: "Associate the stack's web ACL with it.",
    },
  ),
  {
    id: "web-firewall-limits",
    title: "A web firewall limits how often one address may ask",
    controls: ["WAF.10"],
    why: "One client can ask for so much that the others wait.",
    advice: "Keep a rate-based rule that blocks.",
    types: [WEB_ACL],
    broken: ({ inputs }) =>
      inputs.rules === UNKNOWN || list(inputs.rules).some(limits) ? [] : ["no rate-based rule of it blocks"],
  },
  {
    id: "web-firewall-measured",
    title: "Every rule of a web firewall has metrics",
    controls: ["WAF.12"],
    why: "Nobody sees what it blocks, rightly or wrongly.",
    advice: "Set visibilityConfig.cloudwatchMetricsEnabled.",
    types: [WEB_ACL],
    broken: ({ inputs }) =>
      list(inputs.rules)
        .filter((rule) => !isTrue(at(rule, "visibilityConfig.cloudwatchMetricsEnabled")))
        .map((rule) => `rule ${said(at(rule, "name"))} has no metrics`),
  },
];

function isHttps(value: Json | undefined): boolean {
  return value === "HTTPS" || value === UNKNOWN;
}

/** Source: "Security policies for your Application Load Balancer"; Ext ones and those before TLS 1.2 are left out. */
function isStrict(policy: Json | undefined): boolean {
  return (
    policy === UNKNOWN || /^ELBSecurityPolicy-TLS13-1-(2(-Res)?|3)(-FIPS)?(-PQ)?-20/.test(String(policy))
  );
}

function isDefensive(value: Json): boolean {
  return ["defensive", "strictest", UNKNOWN].includes(String(value));
}

function limits(rule: Json): boolean {
  return atLeast(1)(at(rule, "statement.rateBasedStatement.limit")) && at(rule, "action.block") !== undefined;
}
