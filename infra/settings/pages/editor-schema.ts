import { z } from "zod";
import { NAMESPACE } from "../parse.ts";
import { secretText } from "../schema/secrets.ts";
import { schema } from "../schema.ts";

/** Where the schema of the stacks' files is, from the project's folder. */
export const EDITOR_SCHEMA = "infra/settings/pages/stack.schema.json";

type JsonSchema = Record<string, unknown>;

/** What Pulumi itself writes into a stack's file (Pulumi's documentation, "Stack settings file reference"). */
const PULUMI: Record<string, JsonSchema> = {
  secretsprovider: { type: "string", description: "what encrypts the stack's secrets" },
  encryptedkey: { type: "string" },
  encryptionsalt: { type: "string" },
  environment: { description: "the environments of Pulumi ESC that the config is read from, too" },
};

const ENCRYPTED: JsonSchema = {
  type: "object",
  properties: { secure: { type: "string", minLength: 1 } },
  required: ["secure"],
  additionalProperties: false,
  description: "an encrypted text: pulumi config set --secret --path rollout:app.secrets.NAME",
};

/**
 * The JSON schema of `Pulumi.<stack>.yaml` for editors, from the settings' own: keys, values, their meanings and defaults.
 * Draft 7, which every editor reads. It sees each value by itself: what spans keys (weights that sum to 100), what a
 * calendar or a catalogue says (a time zone, an instance class), the program refuses.
 */
export function editorSchema(): JsonSchema {
  const { properties, required, definitions } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    target: "draft-7",
    override: ({ zodSchema, jsonSchema }) => {
      // JSON knows no infinity.
      if (jsonSchema.maxLength === Number.POSITIVE_INFINITY) delete jsonSchema.maxLength;
      // JSON Schema has no flags: a pattern that ignores case would refuse what the program takes.
      if (patternsOf(zodSchema).some(({ flags }) => /[ims]/.test(flags))) delete jsonSchema.pattern;
      if (zodSchema !== secretText) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as keyof typeof jsonSchema];
      Object.assign(jsonSchema, ENCRYPTED);
    },
  }) as { properties: Record<string, JsonSchema>; required: string[]; definitions?: JsonSchema };
  const own = Object.entries(properties).map(([key, value]) => [`${NAMESPACE}:${key}`, asTyped(value)]);
  const names = Object.keys(properties).join("|");
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Stack of the rollout project",
    ...(definitions && { definitions }),
    type: "object",
    properties: {
      ...PULUMI,
      config: {
        type: "object",
        properties: {
          "aws:region": { type: "string", description: "the AWS region, such as us-east-1" },
          ...Object.fromEntries(own),
        },
        // A key of another namespace is another provider's; one of ours that isn't known is a mistake.
        patternProperties: { [`^${NAMESPACE}:(?!(${names})$)`]: false },
      },
    },
    // An environment may bring what the file lacks.
    if: { required: ["environment"] },
    else: {
      required: ["config"],
      properties: { config: { required: required.map((key) => `${NAMESPACE}:${key}`) } },
    },
  };
}

/** `pulumi config set rollout:maintenance true` writes the word as text, and it is read as what it says. */
function asTyped(value: JsonSchema): JsonSchema {
  if (value.type !== "boolean") return value;
  const { type: _, ...rest } = value;
  return { ...rest, enum: [true, false, "true", "false"] };
}

export function editorSchemaText(): string {
  return `${JSON.stringify(editorSchema(), null, 1)}\n`;
}

/** Those that a text is checked against; zod hands on their source alone. */
function patternsOf({ _zod: { def } }: z.core.$ZodType): RegExp[] {
  const { checks = [] } = def as { checks?: z.core.$ZodCheck[] };
  return checks.flatMap(({ _zod }) => {
    const { pattern } = _zod.def as { pattern?: RegExp };
    return pattern ? [pattern] : [];
  });
}
