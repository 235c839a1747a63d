import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface PrivateBucketArgs {
  /** Let the bucket be deleted with what is in it. */
  forceDestroy: boolean;
  /** Refuse its deletion and replacement. */
  protect?: boolean;
  /** Further statements of its policy. */
  statements?: (bucketArn: pulumi.Output<string>) => object[];
}

/**
 * A bucket that is closed to the public, owned whole by this account, encrypted, and reached over TLS only.
 *
 * Source: AWS Foundational Security Best Practices S3.1, S3.5, S3.8, S3.12. The encryption is S3's own (SSE-S3): a balancer
 * can't write its logs with a key of ours.
 */
export function privateBucket(name: string, args: PrivateBucketArgs, child: pulumi.CustomResourceOptions) {
  const bucket = new aws.s3.Bucket(
    name,
    { forceDestroy: args.forceDestroy },
    args.protect ? { ...child, protect: true } : child,
  );
  const own = { bucket: bucket.id };
  const closed = new aws.s3.BucketPublicAccessBlock(
    name,
    {
      ...own,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    child,
  );
  new aws.s3.BucketOwnershipControls(
    name,
    { ...own, rule: { objectOwnership: "BucketOwnerEnforced" } },
    child,
  );
  new aws.s3.BucketServerSideEncryptionConfiguration(
    name,
    { ...own, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    child,
  );
  const policy = new aws.s3.BucketPolicy(
    name,
    {
      ...own,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [...(args.statements?.(bucket.arn) ?? []), onlyOverTls(bucket.arn)],
      }),
    },
    // S3 refuses two changes of a bucket's access at once.
    { ...child, dependsOn: closed },
  );
  return { bucket, policy };
}

/** Keeps what an object was before it was deleted or written anew, for a while; and no uploads that were given up. */
export function versioned(
  name: string,
  bucket: aws.s3.Bucket,
  keptDays: number,
  child: pulumi.CustomResourceOptions,
): aws.s3.BucketVersioning {
  const own = { bucket: bucket.id };
  const versions = new aws.s3.BucketVersioning(
    name,
    { ...own, versioningConfiguration: { status: "Enabled" } },
    child,
  );
  new aws.s3.BucketLifecycleConfiguration(
    name,
    {
      ...own,
      rules: [
        {
          id: "old-versions",
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: keptDays },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    // AWS takes a rule for old versions only once there are versions.
    { ...child, dependsOn: versions },
  );
  return versions;
}

function onlyOverTls(bucketArn: pulumi.Output<string>): object {
  return {
    Sid: "OnlyOverTls",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, pulumi.interpolate`${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
