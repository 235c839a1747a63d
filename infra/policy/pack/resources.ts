import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import type { Resource } from "../policy.ts";
import { type Json, UNKNOWN } from "../values.ts";

/** A resource as the engine shows it to a policy, before it is created or updated. */
export function shownAlone({ urn, type, name, props, opts }: ResourceValidationArgs): Resource {
  return { urn, type, name, inputs: plain(props), protect: opts.protect, redacted: false, refs: {} };
}

/** All resources of a stack as the engine shows them at the end of a preview or update. */
export function shownTogether(resources: PolicyResource[]): Resource[] {
  return resources.map(({ urn, type, name, props, opts, propertyDependencies }) => ({
    urn,
    type,
    name,
    inputs: plain(props),
    protect: opts.protect,
    redacted: false,
    refs: Object.fromEntries(
      Object.entries(propertyDependencies).map(([property, needed]) => [
        property,
        needed.map((each) => each.urn),
      ]),
    ),
  }));
}

/** The properties as JSON. Reading one that isn't known yet throws; `UNKNOWN` takes its place. */
function plain(props: Record<string, unknown>): { [key: string]: Json } {
  return copied(props) as { [key: string]: Json };
}

function copied(value: unknown): Json | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "object") return value as Json;
  if (Array.isArray(value))
    return Array.from({ length: value.length }, (_, index) => read(value, index) ?? null);
  const entries = Object.keys(value).map((key) => [key, read(value, key)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined)) as Json;
}

function read(object: object, key: PropertyKey): Json | undefined {
  try {
    return copied((object as Record<PropertyKey, unknown>)[key]);
  } catch {
    return UNKNOWN;
  }
}
