import type { Document } from "yaml";

/**
 * The value of a YAML document. One that names itself, or grows out of an alias of aliases, has none: who walks through it would never
 * come to its end.
 *
 * @throws {Error} with what is wrong, for a person
 */
export function yamlValue(document: Document): unknown {
  // An alias that leads nowhere, or to ever more, throws here.
  const value: unknown = document.toJS();
  if (isCyclic(value, new Set())) throw new Error("an alias stands within what it names: it has no end");
  return value;
}

function isCyclic(value: unknown, above: Set<unknown>): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((each) => isCyclic(each, above));
  above.delete(value);
  return found;
}
