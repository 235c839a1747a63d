import { UserError } from "../errors.ts";

/** A document of AppConfig.FeatureFlags, as far as it is needed to turn a flag off. */
export interface StoredDocument {
  version: string;
  flags?: Record<string, unknown>;
  values: Record<string, StoredValue>;
}

type StoredValue = { enabled?: boolean; _variants?: { attributeValues?: Record<string, unknown> }[] };

/**
 * The document with one flag off for everybody: a plain one, with the attributes that its default variant has, which
 * the definition may require.
 *
 * @throws {UserError} when the flag isn't in the document
 */
export function withOff(document: StoredDocument, key: string): StoredDocument {
  const value = Object.hasOwn(document.values, key) ? document.values[key] : undefined;
  if (!value) {
    const known = Object.keys(document.values).join(", ") || "none";
    throw new UserError(`the flags that are served have no ${key}; they have ${known}`);
  }
  const { _variants, ...plain } = value;
  const attributes = _variants ? _variants.at(-1)?.attributeValues : plain;
  return { ...document, values: { ...document.values, [key]: { ...attributes, enabled: false } } };
}
