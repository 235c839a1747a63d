import { commandLine } from "./cli/command-line.ts";
import { runCommand } from "./cli/exit.ts";

// The `rollout` command.
await runCommand(await commandLine(process.argv.slice(2)), process.argv);
