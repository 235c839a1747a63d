import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { privateBucket, versioned } from "../data/private-bucket.ts";

/**
 * For how long a server can still be launched from an older version of its launch template, as when a replacement of servers
 * is rolled back.
 */
const KEPT_DAYS = 90;

/**
 * Where the servers' files are, an object for each track. User data names the object's version and its digest
 * (infra/host/fetch.ts). No secret is among them: those are filled in at the servers.
 */
export class FilesBucket extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Without it an object has no version. */
  readonly versioning: aws.s3.BucketVersioning;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:FilesBucket", name, {}, opts);
    const child = { parent: this };
    const { bucket } = privateBucket(`${name}-servers`, { forceDestroy: false }, child);
    this.versioning = versioned(`${name}-servers`, bucket, KEPT_DAYS, child);
    this.bucket = bucket.bucket;
    this.arn = bucket.arn;
    this.registerOutputs({ bucket: this.bucket });
  }
}
