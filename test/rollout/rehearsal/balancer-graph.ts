import { rulesAt, type Sessions } from "../../../infra/sessions/rules.ts";
import { conditionsOf } from "../../../infra/settings/cohorts/conditions.ts";
import type { LedCohort } from "../../../infra/settings/schema/traffic/cohorts.ts";
import { cohortPlaces, cohortRuleName } from "../../../infra/traffic/forward.ts";
import type { Graph, GraphResource, Value } from "../../../rollout/graph/model.ts";

/** What the balancer is described by in a captured stack, and nothing else. */
export interface Wanted {
  /** Weights by track; those at 0 are left out of the forward action. */
  weights?: Record<string, number>;
  /** Undefined: each request goes by the weights alone. */
  sessions?: Sessions;
  /** Each leads to its track. */
  cohorts?: Record<string, LedCohort>;
  maintenance?: boolean;
  /** Merged into the inputs of the resource of that name. */
  change?: Record<string, Record<string, Value>>;
  extra?: GraphResource[];
}

export const PAGE = '<!doctype html>\n<title>Closed</title>\n<h1>Back at 100 % "soon" & sûr</h1>\n';
export const SESSIONS: Sessions = {
  stable: "blue",
  tags: { blue: "blue.0000aaaa", green: "green.0000bbbb" },
};
export const TOKEN = "operators only";

export function balancerGraph({
  weights = { blue: 90, green: 10 },
  sessions,
  cohorts = {},
  maintenance = false,
  change = {},
  extra = [],
}: Wanted = {}): Graph {
  const tracks = Object.keys(weights).sort();
  const resources = [
    resource("aws:lb/loadBalancer:LoadBalancer", "beta-alb", {
      loadBalancerType: "application",
      idleTimeout: 60,
      enableHttp2: true,
      dropInvalidHeaderFields: true,
      xffHeaderProcessingMode: "append",
    }),
    resource("aws:lb/listener:Listener", "beta-http", {
      protocol: "HTTP",
      port: 80,
      defaultActions: [
        { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
      ],
    }),
    resource("aws:lb/listener:Listener", "beta-https", {
      protocol: "HTTPS",
      port: 443,
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
      defaultActions: [{ type: "forward", forward: forward(weights) }],
    }),
    ...tracks.flatMap((track, index) => [targetGroup(track), ...testerRules(track, index)]),
    ...cohortRules(cohorts),
    ...(sessions ? sessionRules(sessions, weights) : []),
    webAcl(maintenance),
    resource("aws:wafv2/webAclAssociation:WebAclAssociation", "beta-waf", {
      resourceArn: ref("aws:lb/loadBalancer:LoadBalancer", "beta-alb"),
      webAclArn: ref("aws:wafv2/webAcl:WebAcl", "beta-waf"),
    }),
  ].map((each) => ({ ...each, inputs: { ...each.inputs, ...change[each.name] } }));
  return {
    version: 1,
    project: "rollout",
    stack: "beta",
    resources: [...resources, ...extra],
    outputs: { targetGroupArns: Object.fromEntries(tracks.map((track) => [track, groupArn(track)])) },
  };
}

function forward(weights: Record<string, number>): Value {
  return {
    targetGroups: Object.entries(weights)
      .filter(([, weight]) => weight > 0)
      .map(([track, weight]) => ({ arn: groupArn(track), weight })),
    stickiness: { enabled: false, duration: 1 },
  };
}

function targetGroup(track: string): GraphResource {
  return resource("aws:lb/targetGroup:TargetGroup", `beta-${track}`, {
    protocol: "HTTPS",
    protocolVersion: "HTTP1",
    port: 443,
    deregistrationDelay: 3,
    slowStart: 0,
    loadBalancingAlgorithmType: "round_robin",
    stickiness: { enabled: false, type: "lb_cookie" },
    healthCheck: {
      path: "/health",
      protocol: "HTTPS",
      matcher: "200",
      interval: 1,
      timeout: 1,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
    },
  });
}

function testerRules(track: string, index: number): GraphResource[] {
  const rule = (by: string, priority: number, httpHeader: Value) =>
    resource("aws:lb/listenerRule:ListenerRule", `beta-${track}-${by}`, {
      listenerArn: ref("aws:lb/listener:Listener", "beta-https"),
      priority,
      conditions: [{ httpHeader }],
      actions: [{ type: "forward", targetGroupArn: groupArn(track) }],
    });
  const pair = `rollout-track=${track}`;
  return [
    rule("cookie", 200 + index, { httpHeaderName: "cookie", values: [`*${pair}`, `*${pair};*`] }),
    rule("header", 100 + index, { httpHeaderName: "x-rollout-track", values: [track] }),
  ];
}

/** As cohort-rules.ts of the program makes them. */
function cohortRules(cohorts: Record<string, LedCohort>): GraphResource[] {
  const places = cohortPlaces(Object.keys(cohorts));
  return Object.entries(cohorts).map(([name, cohort]) =>
    resource("aws:lb/listenerRule:ListenerRule", cohortRuleName("beta", name), {
      listenerArn: ref("aws:lb/listener:Listener", "beta-https"),
      priority: places.get(name) ?? 0,
      conditions: conditionsOf(cohort) as unknown as Value,
      actions: [{ type: "forward", targetGroupArn: groupArn(cohort.to) }],
    }),
  );
}

/** As session-rules.ts of the program makes them. */
function sessionRules(sessions: Sessions, weights: Record<string, number>): GraphResource[] {
  const { length } = Object.keys(sessions.tags);
  return rulesAt(sessions, weights).map(({ track, patterns }, index) =>
    resource(
      "aws:lb/listenerRule:ListenerRule",
      index === 2 * length ? "beta-bucket" : `beta-${track}-${index < length ? "session" : "bucket"}`,
      {
        listenerArn: ref("aws:lb/listener:Listener", "beta-https"),
        priority: 49_300 + index,
        conditions: [{ httpHeader: { httpHeaderName: "cookie", regexValues: [...patterns] } }],
        actions: [{ type: "forward", targetGroupArn: groupArn(track) }],
      },
    ),
  );
}

function webAcl(maintenance: boolean): GraphResource {
  return resource("aws:wafv2/webAcl:WebAcl", "beta-waf", {
    defaultAction: { allow: {} },
    customResponseBodies: [{ key: "maintenance", contentType: "TEXT_HTML", content: PAGE }],
    rules: [
      {
        name: "managed",
        priority: 2,
        statement: { managedRuleGroupStatement: { vendorName: "AWS", name: "AWSManagedRulesCommonRuleSet" } },
        overrideAction: { none: {} },
      },
      {
        name: "rate",
        priority: 1,
        statement: { rateBasedStatement: { aggregateKeyType: "IP", evaluationWindowSec: 300, limit: 750 } },
        action: { block: { customResponse: response(429, "300") } },
      },
      ...(maintenance ? [MAINTENANCE] : []),
    ],
  });
}

function response(responseCode: number, retryAfter: string) {
  return { responseCode, responseHeaders: [{ name: "Retry-After", value: retryAfter }] };
}

const MAINTENANCE: Value = {
  name: "maintenance",
  priority: 0,
  statement: {
    notStatement: {
      statement: {
        byteMatchStatement: {
          fieldToMatch: { singleHeader: { name: "x-rollout-operator" } },
          positionalConstraint: "EXACTLY",
          searchString: { $secret: [ref("random:index/randomPassword:RandomPassword", "token", "result")] },
          textTransformations: [{ priority: 0, type: "NONE" }],
        },
      },
    },
  },
  action: { block: { customResponse: { ...response(503, "300"), customResponseBodyKey: "maintenance" } } },
};

function groupArn(track: string) {
  return ref("aws:lb/targetGroup:TargetGroup", `beta-${track}`);
}

export function ref(type: string, name: string, property = "arn") {
  return { $ref: { urn: urnOf(type, name), property } };
}

export function resource(type: string, name: string, inputs: Record<string, Value>): GraphResource {
  return { urn: urnOf(type, name), type, name, custom: true, inputs, dependencies: [], options: {} };
}

function urnOf(type: string, name: string): string {
  return `urn:pulumi:beta::rollout::${type}::${name}`;
}
