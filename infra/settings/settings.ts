import { existsSync, readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import engineConfig from "@pulumi/pulumi/runtime/config.js";
import { ConfigError, settingsOf } from "./parse.ts";
import type { Encrypted } from "./secrecy/secure.ts";
import type { Settings } from "./settled.ts";

export type { Job, Process, Settings, TrackSettings, Worker } from "./settled.ts";

/** Part of Pulumi's runtime that its type declarations leave out (`@internal`). */
const { isConfigSecret } = engineConfig as unknown as { isConfigSecret(key: string): boolean };

/**
 * The only reader of the stack's config.
 *
 * @throws {pulumi.RunError} with every mistake, each with its path and the rule, before any resource is registered
 */
export function readSettings(): Settings {
  const stack = pulumi.getStack();
  const config = engineConfig.allConfig();
  try {
    return settingsOf(stack, config, encryptedIn(stack, Object.keys(config)), pulumi.getProject());
  } catch (error) {
    // A RunError is shown to the user without a stack trace: a mistake in config isn't a bug in the program.
    if (error instanceof ConfigError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/** The engine runs a program in its project's folder, where the stack's file is unless somebody put it elsewhere. */
function encryptedIn(stack: string, keys: string[]): Encrypted {
  const file = `Pulumi.${stack}.yaml`;
  return {
    keys: keys.filter(isConfigSecret),
    file: existsSync(file) ? readFileSync(file, "utf8") : undefined,
  };
}
