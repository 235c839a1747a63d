import type { Asset, Encoded, Joined, Reference, Secret, Value } from "./model.ts";

/** Gives the text that a reference stands for on this machine. */
export type Resolve = (reference: Reference["$ref"]) => string;

/** What is said in place of the parts of a value that have no text in the graph. Undefined: that is no text. */
export interface Wording {
  reference: Resolve;
  /** For a secret, by the references that it was made of. */
  secret?(references: readonly Reference[]): string | undefined;
  asset?(asset: Asset["$asset"]): string | undefined;
}

/** A captured value as text, its base64 (user data) decoded; undefined when it isn't text, such as a list. */
export function textIn(value: Value | undefined, wording: Wording): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isReference(value)) return wording.reference(value.$ref);
  if (isJoined(value)) return value.$join.map((part) => textIn(part, wording) ?? "").join("");
  if (isEncoded(value)) return textIn(value.$base64, wording);
  if (isSecret(value)) return wording.secret?.(value.$secret);
  return isAsset(value) ? wording.asset?.(value.$asset) : undefined;
}

/**
 * A captured value as text, with its references resolved. A secret that is one reference resolves to it: a password that
 * is another resource's result.
 *
 * @throws {TypeError} when the value isn't text, such as a list
 */
export function textOf(value: Value | undefined, resolve: Resolve): string {
  const text = textIn(value, {
    reference: resolve,
    secret: ([only, ...others]) => (only && others.length === 0 ? resolve(only.$ref) : undefined),
  });
  if (text === undefined)
    throw new TypeError(`expected text, the graph has ${JSON.stringify(value) ?? "nothing"}`);
  return text;
}

export function isReference(value: Value | undefined): value is Reference {
  return marked(value, "$ref");
}

function isJoined(value: Value | undefined): value is Joined {
  return marked(value, "$join");
}

function isEncoded(value: Value | undefined): value is Encoded {
  return marked(value, "$base64");
}

export function isSecret(value: Value | undefined): value is Secret {
  return marked(value, "$secret");
}

function isAsset(value: Value | undefined): value is Asset {
  return marked(value, "$asset");
}

/** Every reference in a value, however deep. */
export function referencesIn(value: Value | undefined): Reference["$ref"][] {
  if (isReference(value)) return [value.$ref];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (value && typeof value === "object") return Object.values(value).flatMap(referencesIn);
  return [];
}

function marked(value: Value | undefined, mark: string): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, mark);
}
