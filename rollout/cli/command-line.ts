import { Command } from "commander";
import { stackName } from "./options.ts";
import { out, passOn } from "./out.ts";
import { VERBS } from "./verbs.ts";

/**
 * The `rollout` command with what the words ask for: only that verb is loaded, of the others the help needs a line.
 *
 * @param words of the command line, without the program's name
 */
export async function commandLine(words: readonly string[]): Promise<Command> {
  const program = new Command("rollout")
    .description("Rolls out a new version of the application, and rehearses it on this machine.")
    .option("-s, --stack <name>", "the Pulumi stack: beta, prod", stackName)
    .option("--json", "print one JSON document and nothing else")
    .showHelpAfterError("(see rollout --help)")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: out, writeErr: passOn });
  const asked = words.find((word) => Object.hasOwn(VERBS, word));
  for (const [name, { summary, load }] of Object.entries(VERBS)) {
    if (name === asked) (await load()).register(program);
    else program.command(name).summary(summary);
  }
  return program;
}
