import type { Context } from "./rule/model.ts";

/**
 * The caller's context from `Context: key=value` headers.
 *
 * Source: AWS AppConfig User Guide, "Using AWS AppConfig Agent to retrieve a feature flag with variants": `=` separates
 * key from value, and several come in several headers or with commas in one. So a value has no comma. A pair without
 * `=` or without a key is left out; of a key given twice the last counts (undocumented, ours).
 */
export function contextFrom(headers: readonly string[]): Context {
  const pairs = headers
    .flatMap((header) => header.split(","))
    .map((pair) => pair.trim())
    .filter((pair) => pair.indexOf("=") > 0)
    .map(
      (pair) => [pair.slice(0, pair.indexOf("=")).trim(), pair.slice(pair.indexOf("=") + 1).trim()] as const,
    );
  return Object.fromEntries(pairs);
}
