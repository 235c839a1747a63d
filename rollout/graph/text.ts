import type { Encoded, Joined, Reference, Secret, Value } from "./model.ts";

/** Gives the text that a reference stands for on this machine. */
export type Resolve = (reference: Reference["$ref"]) => string;

/**
 * A captured value as text, with its references resolved and base64 (user data) decoded. A secret that is one
 * reference resolves to it: a password that is another resource's result.
 *
 * @throws {TypeError} when the value isn't text, such as a list
 */
export function textOf(value: Value | undefined, resolve: Resolve): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isReference(value)) return resolve(value.$ref);
  if (isJoined(value)) return value.$join.map((part) => textOf(part, resolve)).join("");
  if (isEncoded(value)) return textOf(value.$base64, resolve);
  if (isSecret(value) && value.$secret.length === 1) return textOf(value.$secret[0], resolve);
  throw new TypeError(`expected text, the graph has ${JSON.stringify(value) ?? "nothing"}`);
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

function isSecret(value: Value | undefined): value is Secret {
  return marked(value, "$secret");
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
