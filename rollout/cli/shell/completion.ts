import { Argument, type Command } from "commander";
import { out } from "../out.ts";
import { bareCommand } from "./bare.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { typedWords, type Verb } from "./words.ts";
import { zshCompletion } from "./zsh.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** @param all the verbs that there are */
export function completionVerb(all: Readonly<Record<string, Verb>>) {
  return { register: (program: Command) => register(program, all) };
}

function register(program: Command, all: Readonly<Record<string, Verb>>): void {
  program
    .command("completion")
    .summary("print what a shell completes")
    .description(
      "Prints a script for the shell, by which it completes verbs, options, stacks and files. It is made from the verbs as they are: " +
        "print it anew with a new version.",
    )
    .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(SHELLS)))
    .addHelpText(
      "after",
      '\nbash: eval "$(rollout completion bash)"\nzsh:  source <(rollout completion zsh)\nfish: rollout completion fish | source',
    )
    .action(async (shell: keyof typeof SHELLS) => out(SHELLS[shell](await typedWords(all, bareCommand))));
}
