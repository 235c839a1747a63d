import { expect, test } from "vitest";
import type { Graph } from "../../../rollout/graph/model.ts";
import { brokenPolicies } from "../../../rollout/preview/policies.ts";

const WAIVER = {
  policy: "database-private",
  resource: "beta-database",
  reason: "moving",
  until: "2026-12-31",
};

function graphWith(waivers: (typeof WAIVER)[], publiclyAccessible = true): Graph {
  const inputs = { publiclyAccessible };
  const urn = "urn:pulumi:beta::rollout::aws:rds/instance:Instance::beta-database";
  const type = "aws:rds/instance:Instance";
  const resource = { urn, type, name: "beta-database", custom: true, inputs, dependencies: [], options: {} };
  return { version: 1, project: "rollout", stack: "beta", resources: [resource], outputs: { waivers } };
}

const PRIVATE = graphWith([], false);
const aboutAddress = (lines: string[]) => lines.filter((line) => line.includes("database-private"));

test("says what is broken, by which rule, and what to do", () => {
  const [line] = aboutAddress(brokenPolicies(PRIVATE, graphWith([]), "2026-11-21"));
  expect(line).toMatch(
    /^beta-database breaks database-private \(RDS\.2\): publiclyAccessible is true\. .* To do: /,
  );
});

test("says nothing of what a waiver covers, until it ends; then both are told", () => {
  expect(aboutAddress(brokenPolicies(PRIVATE, graphWith([WAIVER]), "2026-12-31"))).toEqual([]);
  expect(aboutAddress(brokenPolicies(PRIVATE, graphWith([WAIVER]), "2027-01-01"))).toEqual([
    expect.stringContaining("beta-database breaks database-private"),
    "The waiver of database-private for beta-database ended on 2026-12-31: mend it, or give the waiver a new last day.",
  ]);
});

test("says nothing of what was broken before the change", () => {
  expect(brokenPolicies(graphWith([]), graphWith([]), "2026-11-21")).toEqual([]);
});
