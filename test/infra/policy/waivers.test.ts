import { expect, test } from "vitest";
import type { Waiver } from "../../../infra/policy/judge.ts";
import { checkPolicies, waiversOf } from "../../../rollout/preview/policies.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";
import { type Edit, set } from "./graph.ts";

const WAIVER: Waiver = {
  policy: "database-logs",
  resource: "beta-database",
  reason: "The exporter takes them until the move is done",
  until: "2026-12-31",
};
const NO_LOGS = set("Instance", "beta-database", "enabledCloudwatchLogsExports", []);

test.each([
  ["the day before", "2026-12-30"],
  ["on its last day", "2026-12-31"],
])("a waiver holds %s", async (_when, today) => {
  const verdict = await judged(NO_LOGS, [WAIVER], today);
  expect(verdict).toMatchObject({ violations: [], waived: [{ waiver: WAIVER }], expired: [], unused: [] });
  expect(verdict.waived[0]!.violation).toMatchObject({ policy: "database-logs", resource: "beta-database" });
});

test("the day after, the waiver fails and what it was for is broken again", async () => {
  const verdict = await judged(NO_LOGS, [WAIVER], "2027-01-01");
  expect(verdict).toMatchObject({
    violations: [{ policy: "database-logs" }],
    waived: [],
    expired: [WAIVER],
    unused: [],
  });
});

test("a waiver that has ended fails also when nothing is broken", async () => {
  const verdict = await judged(nothing, [WAIVER], "2027-01-01");
  expect(verdict).toMatchObject({ violations: [], expired: [WAIVER] });
});

test("a waiver for what isn't broken is reported, and doesn't fail", async () => {
  const verdict = await judged(nothing, [WAIVER], "2026-12-01");
  expect(verdict).toMatchObject({ violations: [], waived: [], expired: [], unused: [WAIVER] });
});

test.each([
  ["another resource", { resource: "beta-cache" }],
  ["another policy", { policy: "database-tls" }],
])("a waiver for %s waives nothing", async (_what, change) => {
  const waiver = { ...WAIVER, ...change };
  const verdict = await judged(NO_LOGS, [waiver], "2026-12-01");
  expect(verdict).toMatchObject({ violations: [{ policy: "database-logs" }], waived: [], unused: [waiver] });
});

test("the graph carries the waivers of the stack's config", async () => {
  const graph = await shippedGraph("beta");
  expect(waiversOf(graph)).toEqual([]);
  graph.outputs.waivers = [{ ...WAIVER }];
  expect(waiversOf(graph)).toEqual([WAIVER]);
  delete graph.outputs.waivers;
  expect(waiversOf(graph)).toEqual([]);
});

async function judged(edit: Edit, waivers: Waiver[], today: string) {
  const graph = await shippedGraph("beta");
  edit(graph);
  return checkPolicies(graph, waivers, today);
}

function nothing() {}
