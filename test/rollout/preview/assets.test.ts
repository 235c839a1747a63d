import { beforeAll, expect, test } from "vitest";
import type { Graph } from "../../../rollout/graph/model.ts";
import { serverFilesOf } from "../../../rollout/graph/server-files.ts";
import { targetsOf } from "../../../rollout/platforms/aws/targets.ts";
import { compare } from "../../../rollout/preview/compare.ts";
import { checkPolicies } from "../../../rollout/preview/policies.ts";
import { graphOf } from "./corpus/project.ts";

const today = "2026-11-29";
let none: Graph;
let given: Graph;
beforeAll(async () => {
  const config = { "app.assets": [{ path: "/assets/", folder: "dist/assets" }] };
  [none, given] = await Promise.all([graphOf({ stack: "beta" }), graphOf({ stack: "beta", config })]);
});

const named = (graph: Graph) =>
  graph.resources
    .filter(({ name, type }) => /assets/.test(name) && type.startsWith("aws:"))
    .map(({ name, type }) => `${type.split(":").at(-1)} ${name}`)
    .toSorted();

test("a stack whose app names no assets has no bucket of them, one whose app does has one that forgets", () => {
  expect(named(none)).toEqual([]);
  expect(named(given)).toEqual([
    "Bucket beta-assets",
    "BucketLifecycleConfiguration beta-assets",
    "BucketOwnershipControls beta-assets",
    "BucketPolicy beta-assets",
    "BucketPublicAccessBlock beta-assets",
    "BucketServerSideEncryptionConfiguration beta-assets",
    "RolePolicy beta-server-assets",
  ]);
  const [rule] = given.resources.find(
    ({ name, type }) => name === "beta-assets" && type.endsWith(":BucketLifecycleConfiguration"),
  )!.inputs.rules as Record<string, unknown>[];
  expect(rule).toMatchObject({ status: "Enabled", expiration: { days: 3 } });
});

test("each server is told the bucket, its image and where the files are", () => {
  for (const track of ["beta-blue", "beta-green"]) {
    const template = given.resources.find(
      ({ name, type }) => name === track && type === "aws:ec2/launchTemplate:LaunchTemplate",
    )!;
    const files = serverFilesOf(
      given,
      template,
      ({ urn, property }) => `<${urn.split("::").at(-1)} ${property}>`,
    );
    const [, line] = /(\{"region":.*"bucket":.*\})/.exec(files)!;
    expect(JSON.parse(line!)).toMatchObject({
      bucket: "<beta-assets id>",
      image: expect.stringContaining("beta-app"),
      assets: [{ path: "/assets/", folder: "dist/assets" }],
    });
  }
});

test("a track's new version brings the bucket along, closed and forgetting", () => {
  const brought = targetsOf(given, "green").filter((urn) => /::beta-assets$/.test(urn));
  expect(brought.map((urn) => urn.split("$").at(-1)!.split("::")[0])).toEqual([
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  ]);
});

test("it keeps to every policy; a reviewer is told that the servers may do more, and that a bucket goes", () => {
  expect(checkPolicies(given, [], today).violations).toEqual([]);
  const dangers = (before: Graph, after: Graph) =>
    compare({ before, after, today }).dangers.map(({ kind, resources }) => [kind, ...resources]);
  expect(dangers(none, given)).toEqual([["iam-widened", "beta-server"]]);
  expect(dangers(given, none)).toContainEqual(["stateful-deletion", "beta-assets"]);
});
