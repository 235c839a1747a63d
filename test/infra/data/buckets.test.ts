import { expect, it } from "vitest";
import { Buckets } from "../../../infra/data/buckets.ts";
import { record } from "../../support/mocks.ts";

const recorded = () =>
  record(() => new Buckets("beta", { names: ["uploads", "exports"], keptDays: 30 }).byName);

it("makes each closed, encrypted, versioned and protected", async () => {
  const recording = await recorded();
  const kinds = recording.resources.filter(({ custom }) => custom).map(({ type }) => type.split(":").at(-1));
  expect([...new Set(kinds)].toSorted()).toEqual([
    "Bucket",
    "BucketLifecycleConfiguration",
    "BucketOwnershipControls",
    "BucketPolicy",
    "BucketPublicAccessBlock",
    "BucketServerSideEncryptionConfiguration",
    "BucketVersioning",
  ]);
  for (const bucket of recording.of("aws:s3/bucket:Bucket")) {
    expect(bucket.options.protect).toBe(true);
    expect(bucket.inputs).toMatchObject({ forceDestroy: false });
  }
  expect(recording.one("aws:s3/bucketVersioning:BucketVersioning", "beta-app-uploads").inputs).toMatchObject({
    versioningConfiguration: { status: "Enabled" },
  });
  const { rules } = recording.one(
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "beta-app-uploads",
  ).inputs;
  expect(rules).toMatchObject([
    {
      noncurrentVersionExpiration: { noncurrentDays: 30 },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
    },
  ]);
});

it("hands out what AWS calls each", async () => {
  const { outputs } = await recorded();
  expect(outputs).toEqual({
    exports: { arn: "${beta-app-exports.arn}", bucket: "${beta-app-exports.bucket}" },
    uploads: { arn: "${beta-app-uploads.arn}", bucket: "${beta-app-uploads.bucket}" },
  });
});
