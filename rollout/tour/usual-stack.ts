import { Misuse } from "../errors.ts";
import { stacksOf } from "../graph/stacks.ts";

/**
 * The stack that is meant where none is named: beta, or the only one.
 *
 * @throws {Misuse} where there are several, and no beta
 */
export function usualStack(projectDir: string): string {
  const stacks = stacksOf(projectDir);
  const [only = "beta", ...others] = stacks;
  if (stacks.includes("beta")) return "beta";
  if (others.length === 0) return only;
  throw new Misuse(`which stack? bin/rehearse STACK, one of ${stacks.join(", ")}`);
}
