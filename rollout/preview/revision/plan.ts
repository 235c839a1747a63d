import { parseSettings } from "../../../infra/settings/parse.ts";
import { readProject } from "../../graph/project.ts";

/**
 * The weights of a stack's plan, ascending, from its config: they are nowhere in the graph, since no resource depends on
 * them. Undefined when the config can't be read; then nothing is said about the size of a step.
 */
export function stepsOf(projectDir: string, stack: string): number[] | undefined {
  try {
    const { name, config } = readProject(projectDir, stack);
    const own = Object.entries(config)
      .filter(([key]) => key.startsWith(`${name}:`))
      .map(([key, text]) => [key.slice(name.length + 1), decoded(text)]);
    const { plan } = parseSettings(stack, config["aws:region"], Object.fromEntries(own));
    return plan.steps.map(({ weight }) => weight).toSorted((a, b) => a - b);
  } catch {
    return undefined;
  }
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
