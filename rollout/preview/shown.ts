import type { GraphResource, Reference, Value } from "../graph/model.ts";
import { nameOf } from "../graph/resources.ts";
import { textIn, type Wording } from "../graph/text.ts";

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

/** The text that a value stands for, for a reader; undefined when it stands for none, such as a list. */
export function textOf(value: Value | undefined): string | undefined {
  return textIn(value, WORDING);
}

const WORDING: Wording = {
  reference: ({ urn, property }) => `\${${nameOf(urn)}.${property}}`,
  secret: secretText,
  asset: ({ kind, path = "", sha256 }) => `${kind} ${path} sha256:${sha256.slice(0, 12)}`,
};

/** Among what a secret was made of: it had another value, which is all that the engine says. */
export const EARLIER: Reference = { $ref: { urn: "state:earlier", property: "value" } };

/** A secret by where it comes from, which is no secret and may change. */
function secretText(refs: readonly Reference[]): string {
  const sources = refs
    .filter(({ $ref }) => $ref.urn !== EARLIER.$ref.urn)
    .map(({ $ref }) => `${nameOf($ref.urn)}.${$ref.property}`);
  const from = sources.length === 0 ? "" : ` from ${sources.join(", ")}`;
  return from === "" && refs.length === 0
    ? SECRET
    : `(secret${from}${sources.length < refs.length ? ", as it was" : ""})`;
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
