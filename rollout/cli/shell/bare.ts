import { Command } from "commander";
import { ownManifest } from "../../init/files.ts";
import { stackName, stacksHere } from "../options.ts";
import { out, passOn } from "../out.ts";

/** The `rollout` command with what every verb knows, and no verb. */
export function bareCommand(): Command {
  return new Command("rollout")
    .description("Rolls out a new version of the application, and rehearses it on this machine.")
    .version(ownManifest().version, "--version", "print the version of this command")
    .option("-s, --stack <name>", `the Pulumi stack: ${stacksHere().join(", ") || "such as beta"}`, stackName)
    .option("--json", "print one JSON document and nothing else")
    .showHelpAfterError("(see rollout --help)")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: out, writeErr: passOn });
}
