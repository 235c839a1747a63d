import { describe, expect, test } from "vitest";
import { POLICIES, POLICY_IDS } from "../../../infra/policy/index.ts";
import { checkPolicies, waiversOf } from "../../../rollout/preview/policies.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";
import { MUTATIONS } from "./mutations.ts";

const TODAY = new Date().toISOString().slice(0, 10);

describe.each(["beta", "prod"])("the shipped stack %s", (stack) => {
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

test("rules are told apart, and say why and what to do", () => {
  expect(POLICY_IDS.size).toBe(POLICIES.length);
  for (const { id, title, controls, why, advice } of POLICIES) {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect([id, title]).toEqual([id, expect.not.stringMatching(/\.$/)]);
    for (const text of [why, advice]) expect([id, text]).toEqual([id, expect.stringMatching(/\.$/)]);
    for (const control of controls) expect(control).toMatch(/^[A-Za-z0-9]+\.\d+$/);
  }
});
