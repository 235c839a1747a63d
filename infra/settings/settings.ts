import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime/config.js";
import { ConfigError, settingsOf } from "./parse.ts";
import type { Settings } from "./settled.ts";

export type { Settings, TrackSettings } from "./settled.ts";

/**
 * The only reader of the stack's config.
 *
 * @throws {pulumi.RunError} with every mistake, each with its path and the rule, before any resource is registered
 */
export function readSettings(): Settings {
  try {
    return settingsOf(pulumi.getStack(), allConfig());
  } catch (error) {
    // A RunError is shown to the user without a stack trace: a mistake in config isn't a bug in the program.
    if (error instanceof ConfigError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
