import { z } from "zod";
import { schema } from "../schema.ts";

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

const INTRODUCTION = `# Config

What \`Pulumi.<stack>.yaml\` may say, key by key. \`npm run docs:config\` writes this page from \`infra/settings/schema/\`, by which
the program, the rehearsal and the preview read config: a mistake is refused before anything is created, all mistakes at once.

The keys begin with \`rollout:\` whatever the project's name in \`Pulumi.yaml\` is. A key that isn't there has its default;
\`domain\`, \`tracks\` and \`stable\` have none.
`;

/** docs/config.md: each key with its meaning and default, made from the schema, so that no second list is kept by hand. */
export function configPage(): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const keys = Object.entries(properties).map(([key, value]) => declaration(key, value));
  return [INTRODUCTION, ...keys].join("\n");
}

/** A key of the config, as somebody reads it. */
export interface KeyMeaning {
  /** Such as `tracks.<name>.weight`. */
  key: string;
  meaning: string;
  /** As JSON; undefined: it has none of its own. */
  fallback?: string;
}

/** Every key, from the texts of docs/config.md. */
export function keyMeanings(): KeyMeaning[] {
  return configPage()
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const [head = "", ...lines] = section.split("\n").filter((line) => line !== "");
      const top = head.replaceAll("`", "").slice("rollout:".length);
      const plain = lines.find((line) => line.startsWith("Default: "))?.slice("Default: `".length, -2);
      const whole = { key: top, meaning: (lines[0] ?? "").slice(0, -1), ...(plain && { fallback: plain }) };
      return [whole, ...lines.flatMap((line) => keyIn(line, top))];
    });
}

/** A line of a section, such as ``- `weight`: share of the traffic (default `10`)``. */
function keyIn(line: string, top: string): KeyMeaning[] {
  if (!line.startsWith("- `")) return [];
  const end = line.indexOf("`", 3);
  const inner = line.slice(3, end);
  const key = inner.startsWith("[]") ? `${top}${inner}` : `${top}.${inner}`;
  const rest = line.slice(end + 1).replace(": ", "");
  const at = rest.lastIndexOf(" (default `");
  if (at < 0) return [{ key, meaning: rest }];
  return [{ key, meaning: rest.slice(0, at), fallback: rest.slice(at + 11, -2) }];
}

function declaration(key: string, property: JsonSchema): string {
  const whole = schema.shape[key as keyof typeof schema.shape].safeParse(undefined);
  const nested = keysOf(property, whole.data);
  const isShown = nested.length === 0 && whole.success && whole.data !== undefined;
  const plain = isShown ? `\n\nDefault: \`${JSON.stringify(whole.data)}\`.` : "";
  const lines = [`## \`rollout:${key}\``, "", `${property.description}.${plain}`, ""];
  return [...lines, ...nested.map((line) => `- ${line}`), ...(nested.length > 0 ? [""] : [])].join("\n");
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
  return Object.entries(property.properties ?? structureIn(property)?.properties ?? {}).flatMap(
    ([key, value]) => {
      const known = value.default ?? (defaults as Record<string, unknown> | undefined)?.[key];
      const nested = keysOf(value, known, `${prefix}${key}.`);
      const meaning = value.description ? `: ${value.description}` : "";
      const isShown = known !== undefined && (nested.length === 0 || Array.isArray(known));
      const fallback = isShown ? ` (default \`${JSON.stringify(known)}\`)` : "";
      return [`\`${prefix}${key}\`${meaning}${fallback}`, ...nested];
    },
  );
}
