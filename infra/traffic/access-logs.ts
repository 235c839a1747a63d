import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { privateBucket } from "../data/private-bucket.ts";

export interface AccessLogsArgs {
  /** The AWS account whose balancers may write here: 12 digits. */
  accountId: pulumi.Input<string>;
  retentionDays: number;
  /** Let the bucket be deleted with the logs in it. */
  forceDestroy: boolean;
}

/** Where a balancer puts its logs when no other prefix is asked for; a folder for each account follows. */
const LOGS_FOLDER = "AWSLogs/";

/**
 * The bucket that a load balancer writes its access logs to: private, encrypted, reached over TLS only, emptied by age.
 *
 * Source: ALB User Guide, "Enable access logs for your Application Load Balancer". Keys of our own (KMS) aren't
 * supported there, so the encryption is S3's.
 */
export class AccessLogs extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  /** A balancer must wait for it: AWS tries to write before it accepts the bucket. */
  readonly policy: aws.s3.BucketPolicy;

  constructor(name: string, args: AccessLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:AccessLogs", name, {}, opts);
    const child = { parent: this };

    const { bucket, policy } = privateBucket(
      `${name}-access-logs`,
      { forceDestroy: args.forceDestroy, statements: (arn) => [balancerWrites(arn, args.accountId)] },
      child,
    );
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-access-logs`,
      {
        bucket: bucket.id,
        rules: [
          {
            id: "expire",
            status: "Enabled",
            filter: { prefix: LOGS_FOLDER },
            expiration: { days: args.retentionDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      },
      child,
    );

    this.policy = policy;
    this.bucket = bucket.bucket;
    this.registerOutputs({ bucket: this.bucket });
  }
}

/** Our balancers may add logs under our account's own folder. */
function balancerWrites(bucketArn: pulumi.Output<string>, accountId: pulumi.Input<string>): object {
  return {
    Sid: "BalancerWritesLogs",
    Effect: "Allow",
    Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: pulumi.interpolate`${bucketArn}/${LOGS_FOLDER}${accountId}/*`,
  };
}
