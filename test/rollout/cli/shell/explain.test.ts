import { expect, test } from "vitest";
import { keyMeanings } from "../../../../infra/settings/pages/config-page.ts";
import { schema } from "../../../../infra/settings/schema.ts";
import { explained } from "../../../../rollout/cli/shell/explain.ts";

const all = keyMeanings();
const keys = (asked?: string) => explained(asked, all).map(({ key }) => key);

test("every key has a meaning", () => {
  expect(keys()).toEqual(Object.keys(schema.shape));
  expect(explained(undefined, all).filter(({ meaning }) => meaning === "")).toEqual([]);
});

test("a name of the team's own is what stands for a name, and a number for a place in a list", () => {
  expect(explained("rollout:tracks.blue.weight", all)).toEqual([
    {
      key: "tracks.<name>.weight",
      meaning: "share of the traffic in whole percent; the weights of all tracks sum to 100",
    },
  ]);
  expect(keys("domains[0].zone")).toEqual(["domains[].zone"]);
});

test("a default is said, and what is in a key", () => {
  expect(explained("cache.nodeType", all)).toEqual([
    { key: "cache.nodeType", meaning: "ElastiCache node type", fallback: '"cache.t4g.micro"' },
  ]);
  expect(keys("budget")).toEqual(["budget", "budget.monthlyUsd"]);
});

test("what isn't there is told with what is", () => {
  expect(() => keys("server.disk")).toThrow("there is no key server.disk. There are: server.instanceType");
});
