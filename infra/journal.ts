import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface JournalArgs {
  /** Days that a version of an object is kept once another has replaced it. */
  retentionDays: number;
}

/**
 * The bucket where `rollout run` keeps its journal: private, encrypted, reached over TLS only. Every entry writes the
 * object anew, so versions keep what it was before, for a while; the newest stays for good.
 *
 * It isn't emptied with the stack: what a rollout did outlives what it did it to.
 */
export class Journal extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: JournalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Journal", name, {}, opts);
    const child = { parent: this };

    const bucket = new aws.s3.Bucket(`${name}-journal`, { forceDestroy: false }, child);
    const own = { bucket: bucket.id };
    const closed = new aws.s3.BucketPublicAccessBlock(
      `${name}-journal`,
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
      `${name}-journal`,
      { ...own, rule: { objectOwnership: "BucketOwnerEnforced" } },
      child,
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-journal`,
      { ...own, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      child,
    );
    const versions = new aws.s3.BucketVersioning(
      `${name}-journal`,
      { ...own, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-journal`,
      { ...own, rules: [expiry(args.retentionDays)] },
      // AWS takes a rule for old versions only once there are versions.
      { ...child, dependsOn: versions },
    );
    new aws.s3.BucketPolicy(
      `${name}-journal`,
      { ...own, policy: policyOf(bucket.arn) },
      // S3 refuses two changes of a bucket's access at once.
      { ...child, dependsOn: closed },
    );

    this.bucket = bucket.bucket;
    this.registerOutputs({ bucket: this.bucket });
  }
}

/** Every sign of life of a running controller is a version too: they would pile up. */
function expiry(retentionDays: number) {
  return {
    id: "old-versions",
    status: "Enabled",
    filter: { prefix: "" },
    noncurrentVersionExpiration: { noncurrentDays: retentionDays },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
  };
}

function policyOf(bucketArn: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OnlyOverTls",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, pulumi.interpolate`${bucketArn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}
