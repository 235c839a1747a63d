import type { Command } from "commander";
import { captureText } from "../graph/capture.ts";
import { treeOf } from "../graph/tree.ts";
import { globalOptions, projectDir } from "./options.ts";
import { out } from "./out.ts";

export function register(program: Command): void {
  program
    .command("graph")
    .summary("print the resources that a stack consists of")
    .description(
      "Runs the Pulumi program for a stack, with no cloud account and no Pulumi CLI, and prints every resource that\n" +
        "it registers. Secrets are left out. The same config gives the same bytes.",
    )
    .action(async (_options, command: Command) => {
      const { stack, json } = globalOptions(command);
      const text = await captureText({ projectDir: projectDir(), stack });
      out(json ? `${text}\n` : treeOf(JSON.parse(text)));
    });
}
