import type { Graph, GraphResource, Reference, Value } from "../../../rollout/graph/model.ts";
import { cloudFormationProperty, cloudFormationType } from "../../../rollout/preview/replacement/names.ts";
import { specification } from "../../../rollout/preview/replacement/specification.ts";
import { type Schema, schemaOf } from "../schemas.ts";
import type { Json, Properties } from "./json.ts";
import { PARTS, SHAPES } from "./shapes.ts";

export interface Template {
  Resources: Record<string, { Type: string; Properties: Properties }>;
}

/**
 * A captured stack as a CloudFormation template, so that AWS's own schemas can be held against what the program registers.
 * Names go over by rule; where the structures differ, shapes.ts says how. What has no type there is a part of another
 * resource (PARTS) or the provider's own.
 */
export function templateOf(graph: Graph): { template: Template; left: string[] } {
  const spec = specification();
  const types = new Map<string, { type: string; schema: Schema | undefined }>();
  for (const { urn, type } of graph.resources) {
    const found = cloudFormationType(type, spec);
    if (found) types.set(urn, { type: found, schema: schemaOf(found) });
  }
  const ids = new Map([...types.keys()].map((urn) => [urn, logicalId(urn)]));

  const refer = ({ urn, property }: Reference["$ref"]): Json => {
    const target = types.get(urn);
    const id = ids.get(urn);
    if (!target || !id) return standIn(urn, property);
    if (property === "zoneId") return { "Fn::GetAtt": [id, "CanonicalHostedZoneID"] };
    const attributes = (target.schema?.readOnlyProperties ?? []).map((each) =>
      each.replace("/properties/", ""),
    );
    const wanted = [property, `${target.type.split("::").at(-1)}${property}`].map((each) =>
      each.toLowerCase(),
    );
    const attribute = attributes.find((each) => wanted.includes(each.replaceAll("/", ".").toLowerCase()));
    return property !== "id" && attribute
      ? { "Fn::GetAtt": [id, attribute.replaceAll("/", ".")] }
      : { Ref: id };
  };

  const Resources: Template["Resources"] = {};
  const left: string[] = [];
  for (const resource of graph.resources) {
    const { urn, type } = resource;
    const target = types.get(urn);
    if (!target) {
      if (resource.custom && !PARTS.includes(type) && type.startsWith("aws:")) left.push(type);
      continue;
    }
    const own = propertiesOf(resource, target.type, refer);
    const raw = plain(resource.inputs as Value, refer) as Properties;
    Resources[ids.get(urn)!] = {
      Type: target.type,
      Properties: SHAPES[type]?.(own, raw, resource.name) ?? own,
    };
  }
  return { template: { Resources }, left: [...new Set(left)].sort() };
}

function propertiesOf(
  { inputs }: GraphResource,
  cfnType: string,
  refer: (to: Reference["$ref"]) => Json,
): Properties {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([key, value]) => {
      const name = cloudFormationProperty(cfnType, key, specification());
      if (name === null || value === undefined) return [];
      return [[name ?? capital(key), named(key, value, refer)]];
    }),
  );
}

/** A map of the user's own words is a list there. */
function named(key: string, value: Value, refer: (to: Reference["$ref"]) => Json): Json {
  const word = { tags: "Key", dimensions: "Name" }[key];
  if (word === undefined || value === null || typeof value !== "object" || Array.isArray(value))
    return plain(value, refer);
  return Object.entries(value).map(([name, each]) => ({ [word]: name, Value: plain(each as Value, refer) }));
}

/** Names begin with capitals there, at every depth. */
function plain(value: Value, refer: (to: Reference["$ref"]) => Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((each) => plain(each, refer));
  const marked = value as Record<string, Value>;
  if (marked.$ref) return refer(marked.$ref as unknown as Reference["$ref"]);
  if (marked.$secret) return "a-secret-of-enough-letters";
  if (marked.$base64) return { "Fn::Base64": joined(marked.$base64, refer) };
  if (marked.$join) return joined(value, refer);
  return Object.fromEntries(
    Object.entries(marked).map(([key, each]) => [capital(key), named(key, each, refer)]),
  );
}

function joined(value: Value, refer: (to: Reference["$ref"]) => Json): Json {
  const parts = (value as { $join?: Value[] } | null)?.$join;
  return parts ? { "Fn::Join": ["", parts.map((each) => plain(each, refer))] } : plain(value, refer);
}

function capital(key: string): string {
  return key[0]!.toUpperCase() + key.slice(1);
}

/** What only AWS knows and no template of ours makes: in the form that AWS gives it. */
function standIn(urn: string, property: string): string {
  return /zoneId/i.test(property) ? "Z0123456789ABCDEFGHIJ" : `${urn.split("::").at(-1)}-${property}`;
}

function logicalId(urn: string): string {
  const [type = "", name = ""] = urn.split("::").slice(-2);
  return `${type.split(":").at(-1)} ${name}`.replace(/[^A-Za-z0-9]+(.)?/g, (_, next = "") =>
    next.toUpperCase(),
  );
}
