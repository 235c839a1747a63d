import { Document, parseDocument, visit } from "yaml";
import { z } from "zod";
import { schema } from "./schema.ts";

/**
 * Pulumi.yaml's `config` section, made from the schema, so that `pulumi config` knows each key's type, meaning and
 * default and no second list of them is kept by hand.
 */

interface JsonSchema {
  type?: string;
  description?: string;
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  required?: string[];
  anyOf?: JsonSchema[];
}

/** The project file's text with its `config` section replaced; the rest, comments too, stays as it is. */
export function withConfigSection(projectYaml: string): string {
  const document = parseDocument(projectYaml);
  document.set("config", configSection());
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function configSection() {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const section = new Document(
    Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, declaration(key, value)])),
  );
  // Defaults read best on one line, as people write them in a stack's file.
  visit(section, {
    Pair(_, pair) {
      const { value } = pair as { value?: { flow?: boolean } };
      if ((pair.key as { value?: string }).value === "default" && value) value.flow = true;
    },
  });
  return section.contents;
}

/** What the engine's project schema allows: type, items, description, default. No default: the key is required. */
function declaration(key: string, property: JsonSchema) {
  const whole = schema.shape[key as keyof typeof schema.shape].safeParse(undefined);
  return {
    type: property.type ?? "string",
    ...(property.items?.type && { items: { type: property.items.type } }),
    description: [
      property.description ?? "",
      ...keysOf(property, whole.data).map((line) => `- ${line}`),
    ].join("\n"),
    ...(whole.success && { default: JSON.parse(JSON.stringify(whole.data)) }),
  };
}

/** What each element of a map is: of several kinds the one that has keys. */
function structureIn(elements: JsonSchema | boolean | undefined): JsonSchema | undefined {
  if (typeof elements !== "object") return undefined;
  return elements.anyOf?.find(({ properties }) => properties) ?? elements;
}

/**
 * One line for each key inside a structured value, nested ones dotted.
 *
 * @param defaults the whole value's: a schema that converts what it is given (a duration) doesn't say its own
 */
function keysOf(property: JsonSchema, defaults: unknown, prefix = ""): string[] {
  const each = structureIn(property.additionalProperties);
  if (each?.properties) return keysOf(each, undefined, `${prefix}<name>.`);
  if (property.items?.properties) return keysOf(property.items, undefined, `${prefix.replace(/\.$/, "")}[].`);
  return Object.entries(property.properties ?? {}).flatMap(([key, value]) => {
    const known = value.default ?? (defaults as Record<string, unknown> | undefined)?.[key];
    const nested = keysOf(value, known, `${prefix}${key}.`);
    const meaning = value.description ? `: ${value.description}` : "";
    const fallback = nested.length || known === undefined ? "" : ` (default ${JSON.stringify(known)})`;
    return [`${prefix}${key}${meaning}${fallback}`, ...nested];
  });
}
