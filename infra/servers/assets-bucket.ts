import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { privateBucket } from "../data/private-bucket.ts";

/**
 * Days that a file stays after the last server of its version has brought it, which each does every day (../host/assets/assets.ts):
 * so two days at least after the last of them has gone.
 */
const KEPT_DAYS = 3;

/**
 * Through which the servers hand each other the assets of their versions, each under its path of the URL. There is nothing in
 * it that isn't in the images, so that no older versions of it are kept.
 */
export class AssetsBucket extends pulumi.ComponentResource {
  /** Known once it is closed, and forgets what is old. */
  readonly bucket: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:AssetsBucket", name, {}, opts);
    const child = { parent: this };
    const { bucket, policy } = privateBucket(`${name}-assets`, { forceDestroy: false }, child);
    const forgets = new aws.s3.BucketLifecycleConfiguration(
      `${name}-assets`,
      {
        bucket: bucket.id,
        rules: [
          {
            id: "old",
            status: "Enabled",
            filter: { prefix: "" },
            expiration: { days: KEPT_DAYS },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      },
      { ...child, dependsOn: policy },
    );
    this.bucket = forgets.bucket;
    this.arn = bucket.arn;
    this.registerOutputs({ bucket: this.bucket });
  }
}
