import { type Command, Option } from "commander";
import { given } from "../../infra/sure.ts";
import { Misuse } from "../errors.ts";
import { enginePreview } from "../preview/engine/preview.ts";
import { preview, today } from "../preview/preview.ts";
import { FORMATS, type Format, render } from "../preview/render/index.ts";
import { projectDir, stackName } from "./options.ts";
import { out, paint } from "./out.ts";

interface Options {
  base?: string;
  engine?: string;
  stack?: string[];
  format?: Format;
  json?: boolean;
  install?: boolean;
}

export function register(program: Command): void {
  // Every other verb is about one stack; this one takes several. Only the verb that was asked for is registered.
  const stack = program.options.find(({ long }) => long === "--stack");
  if (stack) {
    stack.variadic = true;
    stack.argParser((name: string, before?: string[]) => [...(before ?? []), stackName(name)]);
  }
  program
    .command("preview")
    .summary("explain what a change does to the stacks")
    .description(
      "Compares each stack as the working tree describes it with a git revision, and explains the difference, dangers\n" +
        "first. Needs no cloud account, no secrets and no Pulumi CLI. --stack takes several names; without it, all stacks.",
    )
    .option("--base <revision>", "what to compare with: a git revision, or a file of rollout graph --json")
    .option("--engine <file>", "in place of --base: what pulumi preview --json printed")
    .option(
      "--install",
      "install the packages that the base locks, to run it with (default: the working tree's packages)",
    )
    .addOption(new Option("--format <format>", "how to print it (default: terminal)").choices([...FORMATS]))
    .addHelpText("after", "\nExample: rollout preview --base origin/main --format markdown")
    .action(run);
}

async function run(_options: unknown, command: Command): Promise<void> {
  const { base, engine, stack, format, json, install } = command.optsWithGlobals<Options>();
  if (base && engine) throw new Misuse("--base and --engine contradict each other: give one of them");
  if (!base && !engine)
    throw new Misuse("compare with what? Add --base REVISION, such as: rollout preview --base origin/main");
  if (engine && stack && stack.length > 1)
    throw new Misuse("--engine is about one stack: give --stack one name, or none");
  if (engine && install) throw new Misuse("--install is for --base: the engine brings its own comparison");
  if (json && format && format !== "json")
    throw new Misuse(`--json and --format ${format} contradict each other`);
  const result = engine
    ? await enginePreview(projectDir(), engine, stack?.[0], today())
    : await preview({ projectDir: projectDir(), base: given(base, "base"), stacks: stack, install });
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const as = json ? "json" : (format ?? "terminal");
  (as === "terminal" ? paint : out)(render(result, as, color));
  // A change that breaks a rule of infra/policy/ must not pass for a good one in a pipeline.
  const broken = result.stacks.some(({ policies }) => policies.length > 0);
  if (broken || result.problems.length > 0) process.exitCode = 1;
}
