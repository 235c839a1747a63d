import { Command } from "commander";
import { runCommand } from "./cli/exit.ts";
import { VERBS } from "./cli/verbs.ts";

// The `rollout` command.
const program = new Command("rollout")
  .description("Rolls out a new version of the application, and rehearses it on this machine.")
  .option("-s, --stack <name>", "the Pulumi stack: beta, prod")
  .option("--json", "print one JSON document and nothing else")
  .showHelpAfterError("(see rollout --help)")
  .configureHelp({ showGlobalOptions: true });

// Only the verb that is asked for is loaded; of the others the help needs a line.
const asked = process.argv.slice(2).find((word) => Object.hasOwn(VERBS, word));
for (const [name, { summary, load }] of Object.entries(VERBS)) {
  if (name === asked) (await load()).register(program);
  else program.command(name).summary(summary);
}

await runCommand(program, process.argv);
