import { expect, test } from "vitest";
import { rulesAt } from "../../../infra/sessions/rules.ts";
import type { Value } from "../../../rollout/graph/model.ts";
import { describeBalancer } from "../../../rollout/platforms/rehearsal/plan/balancer/describe.ts";
import { balancerGraph, PAGE, ref, resource, SESSIONS, TOKEN, type Wanted } from "./balancer-graph.ts";

const describe = (wanted?: Wanted) => describeBalancer(balancerGraph(wanted), () => TOKEN);

test("a captured stack gives tracks, testers, split and firewall", () => {
  const model = describe({ weights: { green: 10, blue: 90, red: 0 } });
  expect(model.tracks.map(({ name }) => name)).toEqual(["blue", "green", "red"]);
  expect(model.tracks[0]).toEqual({
    name: "blue",
    scheme: "https",
    algorithm: "round-robin",
    health: {
      path: "/health",
      statuses: "200",
      intervalSeconds: 1,
      timeoutSeconds: 1,
      healthyAfter: 2,
      unhealthyAfter: 2,
    },
    drainSeconds: 3,
    slowStartSeconds: 0,
  });
  expect(model.split).toEqual({ weights: { blue: 90, green: 10 }, rules: [] });
  expect(model).toMatchObject({ idleTimeoutSeconds: 60, http2: true, redirectStatus: 301 });
  expect(model.tls).toMatchObject({ minVersion: "TLSv1.2", maxVersion: "TLSv1.3" });
  expect(model.firewall).toMatchObject({
    rate: { requests: 750, windowSeconds: 300, status: 429, headers: { "retry-after": "300" } },
    unplayed: ["AWSManagedRulesCommonRuleSet"],
  });
});

test("testers come in the order of the rules' priorities, not of the resources", () => {
  expect(describe().led.map(({ name }) => name)).toEqual([
    "beta-blue-header",
    "beta-green-header",
    "beta-blue-cookie",
    "beta-green-cookie",
  ]);
});

const redirecting = (redirect: Record<string, string>) =>
  resource("aws:lb/listenerRule:ListenerRule", "beta-www-redirect", {
    listenerArn: ref("aws:lb/listener:Listener", "beta-https"),
    priority: 7,
    conditions: [{ hostHeader: { values: ["www.example.com", "example.org"] } }],
    actions: [
      { type: "redirect", redirect: { host: "example.com", port: "443", protocol: "HTTPS", ...redirect } },
    ],
  });

test("names that redirect have where to, and aren't testers' rules", () => {
  const { redirects, led } = describe({ extra: [redirecting({ statusCode: "HTTP_301" })] });
  expect(redirects).toEqual([
    { from: "www.example.com", to: "example.com", status: 301 },
    { from: "example.org", to: "example.com", status: 301 },
  ]);
  expect(led).toEqual(describe().led);
});

test("a redirect to another path can't be played", () => {
  const extra = [redirecting({ statusCode: "HTTP_302", path: "/moved" })];
  expect(() => describe({ extra })).toThrow(
    'beta-www-redirect: actions[0].redirect.path: the rehearsal keeps the path in a redirect, not "/moved"',
  );
});

test("maintenance has the page, its headers and who passes", () => {
  expect(describe().firewall.maintenance).toBeUndefined();
  expect(describe({ maintenance: true }).firewall.maintenance).toEqual({
    passHeader: "x-rollout-operator",
    passDigest: expect.stringMatching(/^[0-9A-F]{64}$/),
    headers: { "retry-after": "300" },
    body: PAGE,
  });
});

test("rules for sessions are read in the order in which they are asked", () => {
  const weights = { blue: 90, green: 10 };
  expect(describe({ weights, sessions: SESSIONS }).split.rules).toEqual(rulesAt(SESSIONS, weights));
  expect(describe({ weights }).split.rules).toEqual([]);
});

test.each<[string, Record<string, Value>, string]>([
  [
    "beta-blue-session",
    { conditions: [{ httpHeader: { httpHeaderName: "cookie", regexValues: ["^a b$"] } }] },
    "must be 1 to 128 printable characters without a space",
  ],
  [
    "beta-blue-session",
    { conditions: [{ httpHeader: { httpHeaderName: "cookie", regexValues: [`^${"a".repeat(128)}`] } }] },
    "must be 1 to 128 printable characters without a space",
  ],
  ["beta-blue-session", { priority: 50 }, "the rehearsal plays sessions after testers and cohorts"],
  [
    "beta-https",
    {
      defaultActions: [
        {
          type: "forward",
          forward: {
            targetGroups: [{ arn: ref("aws:lb/targetGroup:TargetGroup", "beta-blue"), weight: 100 }],
            stickiness: { enabled: true, duration: 60 },
          },
        },
      ],
    },
    "the rehearsal plays sessions by rules that read the browsers' cookies",
  ],
])("%s that asks for more is refused: %j", (name, change, rule) => {
  expect(() => describe({ sessions: SESSIONS, change: { [name]: change } })).toThrow(rule);
});

test("weights are proportions, as on AWS", () => {
  expect(describe({ weights: { blue: 3, green: 1 } }).split.weights).toEqual({ blue: 75, green: 25 });
});

test("an action may name its one target group alone", () => {
  const defaultActions: Value = [
    { type: "forward", targetGroupArn: ref("aws:lb/targetGroup:TargetGroup", "beta-green") },
  ];
  expect(describe({ change: { "beta-https": { defaultActions } } }).split.weights).toEqual({ green: 100 });
});

test("a web ACL that isn't associated with the balancer isn't played", () => {
  const elsewhere = { resourceArn: ref("aws:lb/loadBalancer:LoadBalancer", "another") };
  const graph = balancerGraph();
  for (const { type, inputs } of graph.resources)
    if (type.includes("Association")) Object.assign(inputs, elsewhere);
  expect(describeBalancer(graph, () => TOKEN).firewall).toEqual({ unplayed: [] });
});

/** [resource, input, what it is set to, the exact error]. */
const REFUSED: [name: string, input: string, value: Value, message: string][] = [
  ["alb", "loadBalancerType", "network", 'loadBalancerType: the rehearsal plays application, not "network"'],
  [
    "https",
    "sslPolicy",
    "ELBSecurityPolicy-2016-08",
    "sslPolicy: the rehearsal plays ELBSecurityPolicy-TLS13-1-3-2021-06",
  ],
  ["https", "defaultActions", [], "defaultActions: must forward to the tracks"],
  [
    "https",
    "defaultActions",
    [{ type: "authenticate-oidc" }],
    'defaultActions[0].type: the rehearsal plays forward, not "authenticate-oidc"',
  ],
  [
    "https",
    "defaultActions",
    [{ type: "forward", targetGroupArn: ref("aws:lb/targetGroup:TargetGroup", "other") }],
    "defaultActions[0].targetGroupArn: refers to a target group that no track owns",
  ],
  [
    "http",
    "defaultActions",
    [{ type: "redirect", redirect: { protocol: "HTTPS", statusCode: "HTTP_301", path: "/new" } }],
    'defaultActions[0].redirect.path: the rehearsal keeps the path in a redirect, not "/new"',
  ],
  ["blue", "protocol", "TCP", 'protocol: the rehearsal plays HTTP or HTTPS, not "TCP"'],
  ["blue", "protocolVersion", "GRPC", 'protocolVersion: the rehearsal plays HTTP1, not "GRPC"'],
  ["blue", "deregistrationDelay", "soon", "deregistrationDelay: must be a number"],
  ["blue", "healthCheck", { path: "/a b" }, "healthCheck.path: must be a path such as /health"],
  ["blue", "healthCheck", { matcher: "ok" }, "healthCheck.matcher: must be statuses such as 200 or 200-299"],
  [
    "blue",
    "healthCheck",
    { protocol: "HTTP" },
    'healthCheck.protocol: the rehearsal checks health over the protocol of the traffic, not "HTTP"',
  ],
  [
    "blue",
    "stickiness",
    { enabled: true },
    "stickiness.enabled: the rehearsal plays stickiness between tracks",
  ],
  [
    "blue-header",
    "conditions",
    [{ queryString: [{ key: "version", value: "v1" }] }],
    "conditions[0]: the rehearsal plays conditions on httpHeader, hostHeader, pathPattern and sourceIp, not queryString",
  ],
  [
    "waf",
    "defaultAction",
    { block: {} },
    "defaultAction: the rehearsal plays web ACLs that allow by default, not block",
  ],
  [
    "waf",
    "rules",
    [{ name: "geo", priority: 0, statement: { geoMatchStatement: { countryCodes: ["ES"] } } }],
    "rules[0].statement: the rehearsal plays maintenance, rate rules and managed groups, not geoMatchStatement",
  ],
];

test.each(REFUSED)("%s: %s = %j is refused", (name, input, value, message) => {
  const only = name === "waf" ? "aws:wafv2/webAcl:WebAcl beta-waf" : `beta-${name}`;
  const told = () => describe({ change: { [`beta-${name}`]: { [input]: value } } });
  expect(told).toThrow(`${only}: ${message}`);
});

test("weights that aren't whole percents are refused", () => {
  expect(() => describe({ weights: { blue: 2, green: 1 } })).toThrow(
    "plays weights of whole percent, not 2 of 3",
  );
});

test("a second HTTPS listener is refused", () => {
  const extra = [resource("aws:lb/listener:Listener", "second", { protocol: "HTTPS" })];
  expect(() => describe({ extra })).toThrow("second: the rehearsal plays one HTTPS listener");
});
