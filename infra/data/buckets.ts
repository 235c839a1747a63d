import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { privateBucket, versioned } from "./private-bucket.ts";

export interface BucketsArgs {
  /** As in config: `uploads`. */
  names: string[];
  /** Days that an object can be had back once it was deleted or written anew. */
  keptDays: number;
}

/**
 * The app's own buckets (`app.buckets`): private, encrypted, reached over TLS only, versioned, so that what the app deletes
 * or overwrites by mistake can be had back for a while. What lies in them is as precious as the database.
 */
export class Buckets extends pulumi.ComponentResource {
  /** By the name in config: what AWS calls it, and its ARN. */
  readonly byName: Record<string, { bucket: pulumi.Output<string>; arn: pulumi.Output<string> }>;

  constructor(name: string, { names, keptDays }: BucketsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Buckets", name, {}, opts);
    const child = { parent: this };
    const made = names.toSorted().map((each): [string, aws.s3.Bucket] => {
      const full = `${name}-app-${each}`;
      const { bucket } = privateBucket(full, { forceDestroy: false, protect: true }, child);
      versioned(full, bucket, keptDays, child);
      return [each, bucket];
    });
    this.byName = Object.fromEntries(made.map(([each, { bucket, arn }]) => [each, { bucket, arn }]));
    this.registerOutputs({ names: Object.keys(this.byName) });
  }
}
