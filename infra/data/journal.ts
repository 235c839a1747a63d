import * as pulumi from "@pulumi/pulumi";
import { privateBucket, versioned } from "./private-bucket.ts";

export interface JournalArgs {
  /** Days that a version of an object is kept once another has replaced it. */
  retentionDays: number;
}

/**
 * The bucket where `rollout run` keeps its journal: private, encrypted, reached over TLS only. Every entry writes the
 * whole object anew. Older versions are kept for a while, and the newest for good. The bucket isn't emptied when the
 * stack is deleted: the record of a rollout outlives the stack.
 */
export class Journal extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: JournalArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Journal", name, {}, opts);
    const child = { parent: this };

    const { bucket } = privateBucket(`${name}-journal`, { forceDestroy: false }, child);
    // Every sign of life of a running controller is a version too: they would pile up.
    versioned(`${name}-journal`, bucket, args.retentionDays, child);

    this.bucket = bucket.bucket;
    this.registerOutputs({ bucket: this.bucket });
  }
}
