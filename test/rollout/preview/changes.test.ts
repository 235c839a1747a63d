import { describe, expect, test } from "vitest";
import type { Graph, GraphOptions, Value } from "../../../rollout/graph/model.ts";
import { compared, graph, resource, urnOf } from "./small-graph.ts";

// What a preview makes of what a program asks of the engine, and in which order it tells of it.

const BUCKET = "aws:s3/bucket:Bucket";
const DATABASE = "aws:rds/instance:Instance";

/** What a change of a bucket's tags and lifecycle is told as. */
function told(options: GraphOptions, path: "flat" | "deep" | "list" = "flat") {
  const input = (text: string): Record<string, Value> =>
    ({ flat: { tags: text }, deep: { tags: { owner: text } }, list: { tags: [text] } })[path] as never;
  const { changes } = compared(
    graph(resource(BUCKET, "logs", input("a"), options)),
    graph(resource(BUCKET, "logs", input("b"), options)),
  );
  return changes.map(({ kind, properties }) => [kind, ...properties.map((each) => each.path)].join(" "));
}

describe("what the program says that the engine leaves alone", () => {
  test.each<[string, GraphOptions, Parameters<typeof told>[1], string[]]>([
    ["is no change", { ignoreChanges: ["tags"] }, "flat", []],
    ["nor is what is in it", { ignoreChanges: ["tags"] }, "deep", []],
    ["nor is a part alone", { ignoreChanges: ["tags.owner"] }, "deep", []],
    ["another part is one", { ignoreChanges: ["tags.other"] }, "deep", ["update tags.owner"]],
    ["a longer name is another", { ignoreChanges: ["tag"] }, "flat", ["update tags"]],
    ["nothing said, all is told", {}, "flat", ["update tags"]],
    ["what is to be replaced is", { replaceOnChanges: ["tags"] }, "flat", ["replace tags"]],
    ["with what is in it", { replaceOnChanges: ["tags"] }, "deep", ["replace tags.owner"]],
    ["but not another", { replaceOnChanges: ["tag"] }, "flat", ["update tags"]],
  ])("%s", (_, options, path, changes) => {
    expect(told(options, path)).toEqual(changes);
  });

  test("by what the program says now, not by what it said", () => {
    const was = resource(BUCKET, "logs", { tags: "a" }, { ignoreChanges: ["tags"] });
    const { changes } = compared(graph(was), graph(resource(BUCKET, "logs", { tags: "b" })));
    expect(changes[0]!.properties.map(({ path }) => path)).toEqual(["tags", "(option) ignoreChanges"]);
  });
});

test.each<[keyof GraphOptions, GraphOptions]>([
  ["protect", { protect: true }],
  ["retainOnDelete", { retainOnDelete: true }],
  ["ignoreChanges", { ignoreChanges: ["tags"] }],
  ["import", { import: "logs-1" }],
])("%s that comes or goes is a change, and replaces nothing", (name, options) => {
  const [without, having] = [graph(resource(BUCKET, "logs")), graph(resource(BUCKET, "logs", {}, options))];
  for (const { changes } of [compared(without, having), compared(having, without)]) {
    expect(changes).toMatchObject([
      { kind: "update", properties: [{ path: `(option) ${name}`, replaces: "no" }] },
    ]);
  }
});

test("the critical dangers come first, whatever their resources are called", () => {
  const before = graph(
    resource(BUCKET, "archive", {}, { retainOnDelete: true }),
    resource(DATABASE, "database"),
    resource(BUCKET, "journal", {}, { retainOnDelete: true }),
    resource(DATABASE, "orders"),
  );
  const { dangers } = compared(before, graph());
  expect(dangers.map(({ severity, resources }) => [severity, resources])).toEqual([
    ["critical", ["database"]],
    ["critical", ["orders"]],
    ["warning", ["archive"]],
    ["warning", ["journal"]],
  ]);
  expect(dangers[2]!.why).toContain("retainOnDelete");
});

test("what doesn't change is counted, and what is deleted isn't among it", () => {
  const before = graph(resource(BUCKET, "a"), resource(BUCKET, "b", { tags: "x" }), resource(BUCKET, "c"));
  const after = graph(resource(BUCKET, "a"), resource(BUCKET, "b", { tags: "y" }), resource(BUCKET, "d"));
  const { changes, unchanged } = compared(before, after);
  expect(changes.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["update b", "delete c", "create d"]);
  expect(unchanged).toBe(1);
});

describe("a launch template that changes", () => {
  const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
  const GROUP = "aws:autoscaling/group:Group";
  const stack = (
    instanceType: string,
    group: Record<string, Value>,
    property = "latestVersion",
    options: GraphOptions = {},
  ) => {
    const version = { $ref: { urn: urnOf(TEMPLATE, "blue"), property } };
    return graph(
      resource(TEMPLATE, "blue", { instanceType }, options),
      resource(GROUP, "blue", { launchTemplate: { version }, ...group }),
    );
  };
  const effects = (before: Graph, after: Graph) =>
    compared(before, after).changes.flatMap(({ properties }) =>
      properties.flatMap(({ effect }) => effect ?? []),
    );
  const REFRESH = { instanceRefresh: { strategy: "Rolling" } };

  test.each<[string, Graph, Graph, string[]]>([
    [
      "is new servers",
      stack("t3.small", REFRESH),
      stack("t3.large", REFRESH),
      ["new servers take the place of the old, in turn"],
    ],
    [
      "is later servers without a refresh",
      stack("t3.small", {}),
      stack("t3.large", {}),
      ["servers that start later are of the new kind"],
    ],
    [
      "is nothing to a group of another version",
      stack("t3.small", REFRESH, "defaultVersion"),
      stack("t3.large", REFRESH, "defaultVersion"),
      [],
    ],
    [
      "is nothing where only its protection does",
      stack("t3.small", REFRESH),
      stack("t3.small", REFRESH, "latestVersion", { protect: true }),
      [],
    ],
  ])("%s", (_, before, after, expected) => {
    expect(effects(before, after)).toEqual(expected);
  });
});
