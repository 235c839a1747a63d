import { holds } from "./rule/evaluate.ts";
import type { Context, FlagRule } from "./rule/model.ts";
import { parseRule } from "./rule/parse.ts";

/** A flag as the agent answers it: whether it is on, which variant that is, and its attributes when it is on. */
export type ServedFlag = { enabled: boolean; _variant?: string; [attribute: string]: unknown };

interface Variant {
  name: string;
  rule: FlagRule | undefined;
  served: ServedFlag;
}

/** A flag document that can't be served: every mistake in it. */
export class DocumentError extends Error {
  override name = "DocumentError";
}

/** Flags ready to be evaluated: all rules are read once. */
export type ReadyFlags = ReadonlyMap<string, Variant[]>;

/**
 * Reads a feature-flag document as AppConfig stores it.
 *
 * Source: AWS AppConfig User Guide, "Understanding the type reference for AWS.AppConfig.FeatureFlags" (version 1) and
 * "Feature flag samples for AWS AppConfig Agent local development mode" for what is served: attributes beside
 * `enabled`, none when it is false, and `_variant` for flags with variants.
 *
 * @throws {DocumentError}
 */
export function readDocument(text: string): ReadyFlags {
  const mistakes: string[] = [];
  const flags = new Map<string, Variant[]>();
  const document = parsed(text);
  if (document.version !== "1") throw new DocumentError('the document\'s version must be "1"');
  for (const [key, value] of Object.entries(mapOf(document.values))) {
    try {
      flags.set(key, variantsOf(mapOf(value)));
    } catch (error) {
      mistakes.push(`${key}: ${(error as Error).message}`);
    }
  }
  if (mistakes.length > 0) throw new DocumentError(mistakes.join("\n"));
  return flags;
}

/**
 * A flag for a caller: of its variants the first whose rule holds, from the top; the one without a rule is the default.
 *
 * Source: AWS AppConfig User Guide, "Understanding multi-variant feature flag rules".
 *
 * @returns undefined when there is no such flag
 */
export function evaluate(flags: ReadyFlags, key: string, context: Context): ServedFlag | undefined {
  return flags.get(key)?.find(({ rule }) => !rule || holds(rule, { context, flag: key }))?.served;
}

/** All flags for a caller. */
export function evaluateAll(flags: ReadyFlags, context: Context): Record<string, ServedFlag> {
  const served = [...flags.keys()].map((key) => [key, evaluate(flags, key, context)] as const);
  return Object.fromEntries(served.flatMap(([key, flag]) => (flag ? [[key, flag]] : [])));
}

type Json = Record<string, unknown>;

function parsed(text: string): Json {
  try {
    return mapOf(JSON.parse(text));
  } catch (error) {
    throw new DocumentError(`the flag document can't be read: ${(error as Error).message}`);
  }
}

function variantsOf(value: Json): Variant[] {
  if (!("_variants" in value))
    return [{ name: "", rule: undefined, served: served(value, attributesIn(value)) }];
  if (!Array.isArray(value._variants)) throw new Error("_variants must be a list");
  const variants = value._variants.map((each, index) => variantOf(mapOf(each), index));
  const defaults = variants.filter(({ rule }) => !rule);
  if (defaults.length !== 1 || variants.at(-1)?.rule)
    throw new Error("its last variant must be its only one without a rule");
  return variants;
}

function variantOf({ name, enabled, rule, attributeValues = {} }: Json, index: number): Variant {
  if (typeof name !== "string" || name === "") throw new Error(`its variant ${index + 1} has no name`);
  // The console leaves an empty rule with the default.
  const written = typeof rule === "string" && rule.trim() !== "" ? parseRule(rule) : undefined;
  return { name, rule: written, served: { ...served({ enabled }, mapOf(attributeValues)), _variant: name } };
}

function served({ enabled }: Json, attributes: Json): ServedFlag {
  if (typeof enabled !== "boolean") throw new Error("enabled must be true or false");
  return enabled ? { ...attributes, enabled } : { enabled };
}

/** Beside `enabled`; what begins with _ is AppConfig's own (`_createdAt`). */
function attributesIn(value: Json): Json {
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => key !== "enabled" && !key.startsWith("_")),
  );
}

function mapOf(value: unknown): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new Error("must be a map");
}
