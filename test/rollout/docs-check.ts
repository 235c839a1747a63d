import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { parse } from "yaml";
import { schema } from "../../infra/settings/schema.ts";
import { VERBS } from "../../rollout/cli/verbs.ts";
import { SAMPLE } from "../support/sample.ts";
import { type DocCommand, ROOT } from "./docs-pages.ts";

/** Verbs that are about no stack, or about all of them. */
const WITHOUT_STACK = [
  "init",
  "preview",
  "phases",
  "score",
  "upgrade",
  "explain",
  "completion",
  "doctor",
  "redact",
];
/** The words of Pulumi's CLI that the pages use. */
const PULUMI = [
  "login",
  "preview",
  "up",
  "config",
  "config set",
  "stack init",
  "stack output",
  "stack rename",
  "stack select",
  "refresh",
  "cancel",
  "stack rm",
  "version",
];

/** What is wrong with a command, as far as can be told without running it; empty: nothing. */
export async function faultsOf(command: DocCommand, outputs: readonly string[]): Promise<string[]> {
  const [tool = "", ...words] = command.words;
  const faults = [...stackFaults(command.words), ...trackFaults(command.words)];
  if (tool === "bin/rollout") return [...faults, ...(await rolloutFaults(words))];
  if (tool === "bin/smoke") return [...faults, ...(await rolloutFaults(["smoke", "--on", "aws", ...words]))];
  if (tool === "npx" && words[0] === "pulumi") return [...faults, ...pulumiFaults(words.slice(1), outputs)];
  if (tool === "npx" && words[0] === "vitest") return vitestFaults(words.slice(1));
  if (tool === "pulumi") return [...faults, ...pulumiFaults(words, outputs)];
  if (tool === "npm") return npmFaults(words);
  if (tool === "gh") return workflowFaults(words);
  if (tool === "bin/test" || tool === "bin/rehearse")
    return existsSync(join(ROOT, tool)) ? [] : [`there is no ${tool}`];
  if (tool === "git" || tool === "aws") return faults;
  return [`nobody knows how to check ${tool}`];
}

/** The verb, its subcommand, and every option and argument, by the command's own definitions. */
async function rolloutFaults(words: string[]): Promise<string[]> {
  const verb = words.find((word) => Object.hasOwn(VERBS, word));
  if (!verb) return [`rollout has no verb ${words[0]}`];
  const program = new Command("rollout").option("-s, --stack <name>").option("--json");
  (await VERBS[verb]!.load()).register(program);
  let called: Command | undefined;
  harmless(program, (command) => (called = command));
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return [error.message];
    throw error;
  }
  if (!called) return ["it calls nothing"];
  const { stack } = called.optsWithGlobals() as { stack?: string };
  return stack || WITHOUT_STACK.includes(verb) ? [] : ["which stack? --stack is missing"];
}

/** Throws in place of ending the process, prints nothing, and does nothing but tell who was called. */
function harmless(command: Command, called: (command: Command) => void): void {
  command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
  if (command.commands.length === 0) command.action(() => called(command));
  for (const child of command.commands) harmless(child, called);
}

function stackFaults(words: string[]): string[] {
  const named = words.flatMap((word, index) =>
    ["-s", "--stack"].includes(word) ? [words[index + 1] ?? ""] : [],
  );
  return named.filter((name) => !existsSync(configOf(name))).map((name) => `there is no stack ${name}`);
}

/** The tracks that `--candidate`, `--track` and weights name. */
function trackFaults(words: string[]): string[] {
  const stack = words.find((_, index) => ["-s", "--stack"].includes(words[index - 1]!)) ?? "beta";
  if (!existsSync(configOf(stack))) return [];
  const { config } = parse(readFileSync(configOf(stack), "utf8"));
  const tracks = Object.keys(config["rollout:tracks"]);
  const named = words.flatMap((word, index) => [
    ...(["--candidate", "--track"].includes(words[index - 1]!) ? [word] : []),
    ...(/^[a-z]\w*(?==\d+$)/.exec(word) ?? []),
    ...(/(?<=rollout:tracks\.)\w+/.exec(word) ?? []),
  ]);
  return named.filter((name) => !tracks.includes(name)).map((name) => `${stack} has no track ${name}`);
}

function pulumiFaults(words: string[], outputs: readonly string[]): string[] {
  const verb =
    PULUMI.find((each) => words.join(" ").startsWith(each) && each.split(" ").length === 2) ?? words[0]!;
  if (!PULUMI.includes(verb)) return [`pulumi ${verb} isn't one of ${PULUMI.join(", ")}`];
  const known = Object.keys(schema.shape);
  const keys = words.flatMap((word) => /(?<=^rollout:)\w+/.exec(word) ?? []);
  const asked =
    verb === "stack output"
      ? words.slice(2).filter((word, i, all) => !word.startsWith("-") && all[i - 1] !== "-s")
      : [];
  return [
    ...keys.filter((key) => !known.includes(key)).map((key) => `config has no key ${key}`),
    ...asked.filter((name) => !outputs.includes(name)).map((name) => `the program has no output ${name}`),
  ];
}

function npmFaults([verb, script = ""]: string[]): string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  if (verb === "ci") return [];
  return verb === "run" && script in scripts ? [] : [`package.json has no script ${script}`];
}

/** `vitest run --project NAME FILE...`. */
function vitestFaults([verb, option, project = "", ...files]: string[]): string[] {
  if (verb !== "run" || option !== "--project") return [`vitest ${verb} ${option} isn't checked`];
  const config = readFileSync(join(ROOT, "vitest.config.ts"), "utf8");
  return [
    ...(config.includes(`name: "${project}"`) ? [] : [`there is no suite ${project}`]),
    ...files.filter((file) => !existsSync(join(ROOT, file))).map((file) => `there is no ${file}`),
  ];
}

/** `gh workflow run NAME.yml --field INPUT=VALUE`. */
function workflowFaults(words: string[]): string[] {
  if (words.slice(0, 2).join(" ") !== "workflow run") return [`gh ${words[0]} isn't checked`];
  const file = join(ROOT, ".github/workflows", words[2] ?? "");
  if (!existsSync(file)) return [`there is no workflow ${words[2]}`];
  const inputs = Object.keys(parse(readFileSync(file, "utf8")).on.workflow_dispatch?.inputs ?? {});
  const given = words.flatMap((word, index) => (words[index - 1] === "--field" ? [word.split("=")[0]!] : []));
  return given.filter((name) => !inputs.includes(name)).map((name) => `${words[2]} has no input ${name}`);
}

function configOf(stack: string): string {
  return join(SAMPLE, `Pulumi.${stack}.yaml`);
}
