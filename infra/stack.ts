import type { Overrides } from "./override.ts";
import { overridden } from "./override.ts";
import { program } from "./program.ts";
import { readSettings } from "./settings/settings.ts";

export type { Override, Overrides } from "./override.ts";

/** What a team may change of a stack besides its config. */
export interface Own {
  /** By a resource's name without the stack's (`database`), its properties as they should be. */
  override?: Overrides;
}

/**
 * One environment by the stack's config, which is checked before anything is registered. What a program registers besides is
 * its own: it stands in the preview, the policies judge it, and a rehearsal leaves it out.
 *
 * ```ts
 * import * as aws from "@pulumi/aws";
 * import { stack } from "rollout-stack";
 *
 * const exports = new aws.s3.Bucket("exports");
 * export default { ...stack({ override: { alb: (balancer) => ({ ...balancer, idleTimeout: 90 }) } }), bucket: exports.id };
 * ```
 *
 * @returns the stack's outputs, which the `rollout` command reads: export all of them
 * @throws {pulumi.RunError} with every mistake in the config, or for an override of what isn't there
 */
export function stack({ override = {} }: Own = {}): ReturnType<typeof program> {
  return overridden(override, () => program(readSettings()));
}
