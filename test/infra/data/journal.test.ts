import { describe, expect, test } from "vitest";
import { Journal } from "../../../infra/data/journal.ts";
import { record } from "../../support/mocks.ts";

const recorded = await record(() => {
  const { bucket } = new Journal("beta", { retentionDays: 90 });
  return { bucket };
});

describe("the journal's bucket", () => {
  test("is closed to the public, in every way there is", () => {
    const { inputs } = recorded.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    expect(inputs).toEqual({
      bucket: "${beta-journal.id}",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(recorded.one("aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs.rule).toEqual({
      objectOwnership: "BucketOwnerEnforced",
    });
  });

  test("is encrypted, and reached over TLS only", () => {
    expect(
      recorded.one("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
        .inputs.rules,
    ).toEqual([{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }]);
    expect(JSON.parse(recorded.one("aws:s3/bucketPolicy:BucketPolicy").inputs.policy).Statement).toEqual([
      {
        Sid: "OnlyOverTls",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["${beta-journal.arn}", "${beta-journal.arn}/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  test("keeps versions, the old ones for 90 days and the newest for good", () => {
    expect(recorded.one("aws:s3/bucketVersioning:BucketVersioning").inputs.versioningConfiguration).toEqual({
      status: "Enabled",
    });
    const lifecycle = recorded.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
    expect(lifecycle.inputs.rules).toEqual([
      {
        id: "old-versions",
        status: "Enabled",
        filter: { prefix: "" },
        noncurrentVersionExpiration: { noncurrentDays: 90 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
    ]);
  });

  test("isn't emptied when the stack goes, and has a name of Pulumi's making", () => {
    const { inputs } = recorded.one("aws:s3/bucket:Bucket");
    expect(inputs).toEqual({ forceDestroy: false });
    expect(recorded.outputs).toEqual({ bucket: "${beta-journal.bucket}" });
  });
});
