import * as pulumi from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime/config.js";
import { ConfigError, NAMESPACE, parseSettings } from "./settings/parse.ts";
import type { Settings } from "./settings/settled.ts";

export type { Settings, TrackSettings } from "./settings/settled.ts";

/**
 * The only reader of the stack's config.
 *
 * @throws {pulumi.RunError} with every mistake, each with its path and the rule, before any resource is registered
 */
export function readSettings(): Settings {
  const all = allConfig();
  const own = Object.entries(all)
    .filter(([key]) => key.startsWith(`${NAMESPACE}:`))
    .map(([key, value]) => [key.slice(NAMESPACE.length + 1), parsed(value)] as const);
  try {
    return parseSettings(pulumi.getStack(), all["aws:region"], Object.fromEntries(own));
  } catch (error) {
    // A RunError is shown to the user without a stack trace: a mistake in config isn't a bug in the program.
    if (error instanceof ConfigError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/** The engine hands every value over as text, structured ones as JSON; a plain word stays a word. */
function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
