import type { Command } from "commander";
import { Misuse } from "../../errors.ts";
import { type Choice, chosen } from "../../visit/choose.ts";
import { onOption } from "../on.ts";
import { tell } from "../out.ts";
import { done } from "./errand.ts";
import { visitedStack } from "./visited-stack.ts";

const SHELL = ["sh"];

export function register(program: Command): void {
  program
    .command("exec")
    .summary("run a command in the app's container, or a shell")
    .argument("[command...]", "after --: the command and its words; without one a shell")
    .description(
      "Runs a command where the app runs, with its environment and folder, and ends with its exit code: in a rehearsal beside " +
        "the process, on AWS in its container, by Systems Manager. The journal keeps who ran what and when, without secrets and " +
        "output. On AWS a command gets no input, and Systems Manager keeps the first 24,000 letters of its output for 30 days: print " +
        "no secrets. A shell and --interactive go by Session Manager, whose own exit code is all that comes back.",
    )
    .option("--track <name>", "on which track; needed where there are several")
    .option("--server <name>", "on this server, such as blue-1 or i-0123456789abcdef0")
    .option("--process <name>", "in this process: app, or a worker's or job's name", "app")
    .option("-i, --interactive", "give the terminal to the command")
    .addOption(onOption())
    .action(async (words: string[], options: Choice & { interactive?: boolean }, command: Command) => {
      const isShell = words.length === 0;
      const interactive = isShell || options.interactive === true;
      const here = await visitedStack(command);
      if (interactive && here.json) throw new Misuse("--json is for a command that isn't interactive");
      const target = chosen(await here.visited.processes(), options);
      const run = isShell ? SHELL : words;
      await here.enter({ verb: "exec", server: target.server, words: run });
      if (interactive) tell(`${target.process} on ${target.server} of ${target.track}`);
      await done(here, { in: target, command: run }, interactive);
    });
}
