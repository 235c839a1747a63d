import { describe, expect, test } from "vitest";
import { cloudFormationProperty, cloudFormationType } from "../../../rollout/preview/replacement/names.ts";
import { replaces } from "../../../rollout/preview/replacement/replaces.ts";
import { specification } from "../../../rollout/preview/replacement/specification.ts";
import { STATEFUL } from "../../../rollout/preview/stateful.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";

const spec = specification();

test.for(["beta", "prod"])("every property of what holds data in %s has a match", async (stack) => {
  const { resources } = await shippedGraph(stack);
  const stateful = resources.filter(({ type }) => STATEFUL[type] && type.startsWith("aws:"));
  expect(stateful.length).toBeGreaterThan(5);
  const missing = stateful.flatMap(({ type, inputs }) => {
    const cfnType = cloudFormationType(type, spec);
    if (cfnType === undefined) return [type];
    const names = Object.keys(inputs);
    return names
      .filter((name) => cloudFormationProperty(cfnType, name, spec) === undefined)
      .map((name) => `${type} ${name}`);
  });
  expect(missing).toEqual([]);
});

test("the types of what holds data are all known", () => {
  const unknown = Object.keys(STATEFUL).filter(
    (type) => type.startsWith("aws:") && cloudFormationType(type, spec) === undefined,
  );
  expect(unknown).toEqual([]);
});

describe("what a change leads to", () => {
  const cases: [type: string, path: string, expected: string][] = [
    ["aws:rds/instance:Instance", "storageEncrypted", "yes"],
    ["aws:rds/instance:Instance", "instanceClass", "no"],
    ["aws:rds/instance:Instance", "multiAz", "maybe"],
    ["aws:rds/instance:Instance", "noSuchProperty", "unknown"],
    ["aws:lb/targetGroup:TargetGroup", "port", "yes"],
    ["aws:lb/targetGroup:TargetGroup", "healthCheck.path", "no"],
    ["aws:s3/bucket:Bucket", "bucket", "yes"],
    ["aws:secretsmanager/secret:Secret", "name", "yes"],
    ["random:index/randomPassword:RandomPassword", "length", "yes"],
    ["docker:index/image:Image", "imageName", "unknown"],
  ];
  test.for(cases)("%s %s: %s", ([type, path, expected]) => {
    expect(replaces(type, path)).toBe(expected);
  });
});
