import { describe, expect, test } from "vitest";
import { POLICIES, POLICY_IDS } from "../../../infra/policy/index.ts";
import { checkPolicies, waiversOf } from "../../../rollout/preview/policies.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";
import { remove, set } from "./graph.ts";
import { MUTATIONS } from "./mutations.ts";

const TODAY = new Date().toISOString().slice(0, 10);

describe.each(["beta", "prod"])("the sample's %s", (stack) => {
  test("breaks no rule, and no waiver in its config has ended or is unused", async () => {
    const graph = await shippedGraph(stack);
    const verdict = checkPolicies(graph, waiversOf(graph), TODAY);
    expect(verdict).toEqual({ violations: [], waived: expect.anything(), expired: [], unused: [] });
  });
});

test("every rule can fail", () => {
  expect([...new Set(MUTATIONS.map(([policy]) => policy))].sort()).toEqual([...POLICY_IDS].sort());
});

test.each(MUTATIONS.map(([policy, name, edit], index) => ({ policy, name, edit, index })))(
  "$policy is broken by $name (edit $index)",
  async ({ policy, name, edit }) => {
    const graph = await shippedGraph("beta");
    edit(graph);
    const found = checkPolicies(graph, [], TODAY).violations.filter((each) => each.policy === policy);
    expect(found.map(({ resource }) => resource)).toContain(name);
    for (const each of found) expect(each.found).toMatch(/^\S.{3,}[^.]$/);
  },
);

test("a stack may do without a web firewall when its balancer says that it is meant", async () => {
  const broken = async (webFirewall: string) => {
    const graph = await shippedGraph("beta");
    remove("WebAclAssociation", "beta-waf")(graph);
    set("LoadBalancer", "beta-alb", "tags", { webFirewall })(graph);
    return checkPolicies(graph, [], TODAY).violations.map(({ policy }) => policy);
  };
  expect(await broken("none")).toEqual([]);
  expect(await broken("managed")).toEqual(["balancer-web-firewall"]);
});

test("rules are told apart, and say why and what to do", () => {
  expect(POLICY_IDS.size).toBe(POLICIES.length);
  for (const { id, title, controls, why, advice } of POLICIES) {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect([id, title]).toEqual([id, expect.not.stringMatching(/\.$/)]);
    for (const text of [why, advice]) expect([id, text]).toEqual([id, expect.stringMatching(/\.$/)]);
    for (const control of controls) expect(control).toMatch(/^[A-Za-z0-9]+\.\d+$/);
  }
});
