import type { Command } from "commander";
import { bareCommand } from "./shell/bare.ts";
import { VERBS } from "./verbs.ts";

/**
 * The `rollout` command with what the words ask for: only that verb is loaded, of the others the help needs a line.
 *
 * @param words of the command line, without the program's name
 */
export async function commandLine(words: readonly string[]): Promise<Command> {
  const program = bareCommand();
  const asked = words.find((word) => Object.hasOwn(VERBS, word));
  for (const [name, { summary, load }] of Object.entries(VERBS)) {
    if (name === asked) (await load()).register(program);
    else program.command(name).summary(summary);
  }
  return program;
}
