import type * as pulumi from "@pulumi/pulumi";
import { member } from "../infra/sure.ts";

/** Of a Pulumi package's schema, what is read here. */
export interface PackageSchema {
  name: string;
  resources: Record<string, { properties: Record<string, unknown> }>;
}

type Component = new (
  name: string,
  args: never,
  opts?: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/**
 * Makes components for programs of any language.
 *
 * Pulumi's own host for components (`componentProviderHost`) reads their TypeScript at each start, which takes a compiler, the
 * sources and many seconds. So it does that once, when the schema is written (write.ts), and this serves what it wrote.
 *
 * @param schema as written
 * @param components by their class's name
 */
export function providerOf(
  version: string,
  schema: PackageSchema,
  components: Readonly<Record<string, Component>>,
): pulumi.provider.Provider {
  return {
    version,
    schema: JSON.stringify({ ...schema, version }),
    construct: async (name, type, inputs, options) => {
      const { properties } = member(schema.resources, type);
      const made = new (member(components, type.split(":")[2] ?? ""))(name, inputs as never, options);
      const outputs = made as unknown as pulumi.Inputs;
      return {
        urn: made.urn,
        state: Object.fromEntries(Object.keys(properties).map((key) => [key, outputs[key]])),
      };
    },
  };
}
