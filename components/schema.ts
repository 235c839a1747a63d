import { ComponentProvider } from "@pulumi/pulumi/provider/experimental/provider.js";
import * as components from "./index.ts";

/**
 * The package's schema as Pulumi's own analyser reads it from the sources: components, their arguments and outputs, each described
 * by its docstring. Without the version, which is the package's.
 */
export async function schemaText(): Promise<string> {
  const provider = new ComponentProvider({
    name: "rollout",
    dirname: import.meta.dirname,
    components: Object.values(components),
  });
  const { version: _, ...schema } = JSON.parse(await provider.getSchema());
  return `${JSON.stringify(schema, null, 2)}\n`;
}
