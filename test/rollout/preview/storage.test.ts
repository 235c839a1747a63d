import { beforeAll, expect, test } from "vitest";
import type { Graph } from "../../../rollout/graph/model.ts";
import { compare } from "../../../rollout/preview/compare.ts";
import { checkPolicies } from "../../../rollout/preview/policies.ts";
import { graphOf } from "./corpus/project.ts";

const today = "2026-11-29";
const permission = { actions: ["ses:SendEmail"], resources: ["*"] };
let none: Graph;
let given: Graph;
beforeAll(async () => {
  const config = { "app.buckets": ["uploads"], "app.permissions": [permission] };
  [none, given] = await Promise.all([graphOf({ stack: "beta" }), graphOf({ stack: "beta", config })]);
});

const dangers = (before: Graph, after: Graph) =>
  compare({ before, after, today }).dangers.map(({ severity, kind, resources }) => [
    severity,
    kind,
    ...resources,
  ]);

test("a bucket that is no longer named is its objects lost", () => {
  expect(dangers(given, none)).toContainEqual(["critical", "stateful-deletion", "beta-app-uploads"]);
});

test("a bucket of the app's that nothing protects, keeps or closes any longer is a danger", () => {
  const spoilt = structuredClone(given);
  spoilt.resources = spoilt.resources.filter(({ type }) => !/PublicAccessBlock|BucketVersioning/.test(type));
  for (const each of spoilt.resources) if (each.name === "beta-app-uploads") delete each.options.protect;
  const kinds = dangers(given, spoilt).map(([, kind]) => kind);
  expect(kinds.length).toBeGreaterThanOrEqual(2);
});

test("what an app is given keeps to every policy, and says so where it may do more", () => {
  expect(checkPolicies(given, [], today).violations).toEqual([]);
  expect(dangers(none, given)).toEqual([["warning", "iam-widened", "beta-server"]]);
});
