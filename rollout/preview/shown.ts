import type {
  Asset,
  Encoded,
  Graph,
  GraphResource,
  Joined,
  Reference,
  Secret,
  Value,
} from "../graph/model.ts";

/** A value as it is compared and shown: plain JSON, every marked form turned into text. */
export type Shown = null | boolean | number | string | Shown[] | { [key: string]: Shown };

/** What stands for a secret. */
export const SECRET = "(secret)";

/**
 * A graph's value as plain JSON: a reference as `${beta-database.arn}`, a secret as `(secret)`, text that is itself JSON
 * (policies, dashboards) as its structure.
 */
export function shown(value: Value | undefined): Shown {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return parsed(value);
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(shown);
  const text = textOf(value);
  if (text !== undefined) return parsed(text);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shown(each as Value)]));
}

/** The text that a marked form stands for; undefined when the value is no marked form. */
export function textOf(value: Value): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const marked = value as Partial<Reference & Joined & Encoded & Secret & Asset>;
  if (marked.$ref) return `\${${nameOf(marked.$ref.urn)}.${marked.$ref.property}}`;
  if (marked.$join) return marked.$join.map((part: Value) => textOf(part) ?? "").join("");
  if (marked.$base64) return textOf(marked.$base64);
  if (marked.$secret) return secretText(marked.$secret);
  if (marked.$asset) {
    return `${marked.$asset.kind} ${marked.$asset.path ?? ""} sha256:${marked.$asset.sha256.slice(0, 12)}`;
  }
  return undefined;
}

/** A secret by where it comes from, which is no secret and may change. */
function secretText(refs: Reference[]): string {
  const sources = refs.map(({ $ref }) => `${nameOf($ref.urn)}.${$ref.property}`);
  return sources.length === 0 ? SECRET : `(secret from ${sources.join(", ")})`;
}

/** The last part of a urn: the resource's name. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

function parsed(text: string): Shown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const cache = new WeakMap<GraphResource, { [key: string]: Shown }>();

/** A resource's inputs as plain JSON. */
export function inputsOf(resource: GraphResource): { [key: string]: Shown } {
  let inputs = cache.get(resource);
  if (!inputs) {
    inputs = Object.fromEntries(Object.entries(resource.inputs).map(([key, each]) => [key, shown(each)]));
    cache.set(resource, inputs);
  }
  return inputs;
}

/** What is at a dotted path; undefined when there is nothing. Through a list of one, its element. */
export function at(value: Shown | undefined, path: string): Shown | undefined {
  return path.split(".").reduce<Shown | undefined>((inside, key) => {
    if (Array.isArray(inside)) return isObject(inside[0]) ? inside[0][key] : inside[Number(key)];
    return isObject(inside) ? inside[key] : undefined;
  }, value);
}

export function isObject(value: unknown): value is { [key: string]: Shown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function list(value: Shown | undefined): Shown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

/** The urns that a value refers to, however deep. */
export function refsOf(value: Value | undefined): { urn: string; property: string }[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(refsOf);
  const { $ref } = value as { $ref?: { urn: string; property: string } };
  return $ref ? [$ref] : Object.values(value).flatMap((each) => refsOf(each as Value));
}

/** The resources of one type, by its token's last part or the whole of it. */
export function ofType(graph: Graph, ...types: string[]): GraphResource[] {
  return graph.resources.filter(({ type }) => types.includes(type));
}
