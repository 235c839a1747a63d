import { beforeAll, expect, test } from "vitest";
import type { Graph } from "../../../rollout/graph/model.ts";
import { compare } from "../../../rollout/preview/compare.ts";
import type { Preview } from "../../../rollout/preview/model.ts";
import { html } from "../../../rollout/preview/render/html.ts";
import { markdown } from "../../../rollout/preview/render/markdown.ts";
import { terminal } from "../../../rollout/preview/render/terminal.ts";
import { graphOf } from "./corpus/project.ts";

// The last step of a rollout as a reviewer sees it: the weights say that stable has nothing, and some are kept there all the same.

const tracks = (blue: number) => ({
  blue: { weight: blue, servers: 1 },
  green: { weight: 100 - blue, servers: 1 },
});
let half: Graph;
let drains: Graph;
let left: Graph;

beforeAll(async () => {
  [half, drains, left] = await Promise.all([
    graphOf({ stack: "beta", config: { tracks: tracks(50) } }),
    graphOf({ stack: "beta", config: { tracks: tracks(0), draining: "blue" } }),
    graphOf({ stack: "beta", config: { tracks: tracks(0) } }),
  ]);
});

const preview = (before: Graph, after: Graph) => compare({ before, after, today: "2026-11-21" });
const told = (before: Graph, after: Graph) => {
  const stacks = [preview(before, after)];
  const all: Preview = {
    version: 1,
    base: "origin/main",
    verdicts: "graph",
    stacks,
    problems: [],
    notes: [],
  };
  return [terminal(all), markdown(all), html(all)];
};

const KEEPS = "blue keeps the sessions that it has until they end; nobody else comes to it.";
const LEFT = "blue keeps its sessions no longer: they go where the weights lead.";

test("a step that lets sessions drain says so, and its rule for them doesn't change", () => {
  for (const text of told(half, drains)) expect(text).toContain(KEEPS);
  expect(preview(half, drains).changes.map(({ name }) => name)).toEqual(["beta-green-bucket", "beta-https"]);
});

test("the end of a drain is one rule, and said in words", () => {
  for (const text of told(drains, left)) expect(text).toContain(LEFT);
  const [change] = preview(drains, left).changes;
  expect(change).toMatchObject({ name: "beta-blue-session" });
  expect(JSON.stringify(change)).toContain("nobody (blue.");
  expect(preview(drains, left).changes).toHaveLength(1);
});

test("a rollback in the drain, and a step that lets nobody drain, say nothing of it", () => {
  for (const [before, after] of [
    [drains, half],
    [half, left],
  ] as const)
    for (const text of told(before, after)) expect(text).not.toMatch(/keeps (its|the) sessions/);
});

test("in a drain nothing differs", () => {
  expect(preview(drains, drains).changes).toEqual([]);
  expect(preview(drains, drains).traffic.draining).toEqual({ before: "blue", after: "blue" });
  for (const text of told(drains, drains)) expect(text).not.toContain("Traffic");
});
