import { expect, test } from "vitest";
import { alarmsOf, aliasesOf, needsOf, openPortsOf } from "../../../rollout/check/graph.ts";
import type { Graph, GraphResource, Value } from "../../../rollout/graph/model.ts";

const TYPES = {
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  composite: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  subscription: "aws:sns/topicSubscription:TopicSubscription",
  topic: "aws:sns/topic:Topic",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  securityGroup: "aws:ec2/securityGroup:SecurityGroup",
  balancer: "aws:lb/loadBalancer:LoadBalancer",
  record: "aws:route53/record:Record",
  group: "aws:autoscaling/group:Group",
  template: "aws:ec2/launchTemplate:LaunchTemplate",
};

function resource(kind: keyof typeof TYPES, name: string, inputs: Record<string, Value> = {}): GraphResource {
  return {
    urn: `${kind}/${name}`,
    type: TYPES[kind],
    name,
    custom: true,
    inputs,
    dependencies: [],
    options: {},
  };
}
const ref = (kind: keyof typeof TYPES, name: string, property = "id"): Value => ({
  $ref: { urn: `${kind}/${name}`, property },
});
const graph = (...resources: GraphResource[]): Graph => ({
  version: 1,
  project: "rollout",
  stack: "beta",
  resources,
  outputs: {},
});

test("the internet reaches what the rules of the balancer's own groups let in, once for both address families", () => {
  const open = (group: string, port: number, from: Record<string, Value>) =>
    resource("ingress", `${group}-${port}-${JSON.stringify(from)}`, {
      securityGroupId: ref("securityGroup", group),
      fromPort: port,
      ...from,
    });
  const stack = graph(
    resource("balancer", "alb", { securityGroups: [ref("securityGroup", "front")] }),
    open("front", 443, { cidrIpv4: "0.0.0.0/0" }),
    open("front", 443, { cidrIpv6: "::/0" }),
    open("front", 80, { cidrIpv4: "0.0.0.0/0" }),
    open("front", 8443, { cidrIpv4: "203.0.113.7/32" }),
    open("servers", 22, { cidrIpv4: "0.0.0.0/0" }),
  );
  expect(openPortsOf(stack)).toEqual([80, 443]);
});

test("the name is the balancer's by its alias records", () => {
  const alias = (type: string, name: string, to: Value) =>
    resource("record", `${name}-${type}`, { name, type, aliases: [{ name: to }] });
  const stack = graph(
    resource("balancer", "alb"),
    alias("AAAA", "beta.example.com", ref("balancer", "alb", "dnsName")),
    alias("A", "beta.example.com", ref("balancer", "alb", "dnsName")),
    alias("A", "www.example.com", ref("balancer", "alb", "dnsName")),
    alias("A", "beta.example.com", "elsewhere.example.net"),
  );
  expect(aliasesOf(stack, "beta.example.com")).toEqual(["A", "AAAA"]);
});

test("alarms name their topics and parts, topics their subscribers", () => {
  const stack = graph(
    resource("topic", "p1"),
    resource("alarm", "errors", { alarmActions: [ref("topic", "p1", "arn")] }),
    resource("composite", "state", {
      alarmRule: { $join: ['ALARM("', ref("alarm", "errors", "arn") as never, '")'] },
    }),
    resource("subscription", "ann", {
      topic: ref("topic", "p1", "arn"),
      protocol: "email",
      endpoint: "ann@example.com",
    }),
  );
  expect(alarmsOf(stack)).toEqual({
    alarms: [
      { name: "errors", topics: ["p1"], enabled: true },
      { name: "state", topics: [], enabled: true, parts: ["errors"] },
    ],
    topics: { p1: [{ protocol: "email", endpoint: "ann@example.com", confirmed: undefined }] },
  });
});

test.each([
  ["t3.medium", 2],
  ["t4g.2xlarge", 8],
  ["m6g.medium", 1],
  ["c7i.large", 2],
  ["r7g.16xlarge", 64],
])("two servers of %s, and one of them twice while it is replaced", (instanceType, cpus) => {
  const stack = graph(
    resource("group", "blue", { maxSize: 1 }),
    resource("group", "green", { maxSize: 1 }),
    resource("template", "blue", { instanceType }),
  );
  expect(needsOf(stack)[0]!.need).toBe(3 * cpus);
});
