import { type Command, InvalidArgumentError, Option } from "commander";
import { expiredFlags } from "../../../infra/flags/document.ts";
import { type Flag, IMPORTANCES } from "../../../infra/flags/schema.ts";
import { Misuse } from "../../errors.ts";
import { type FlagChange, FlagsFile } from "../../flags/file.ts";
import { gitHistory } from "../../flags/git-history.ts";
import { flagLine, flagsText, historyText } from "../../flags/text.ts";
import { onOption, whoami } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { out, tell } from "../out.ts";
import { flagsOnAws, serveHere } from "./flags-platform.ts";

export function register(program: Command): void {
  const verb = program
    .command("flags")
    .summary("list, set and switch off feature flags")
    .description(
      "The flags of a stack are in flags.<stack>.yaml; AppConfig serves them, here its rehearsal.",
    );
  verb.command("list").description("show the flags, and which of them should be gone by now").action(list);
  verb
    .command("set")
    .description(
      "change a flag in flags.<stack>.yaml, comments kept; what is deployed stays until it is applied",
    )
    .argument("<key>", "the flag, such as dashboard_charts")
    .option("--enabled <true|false>", "on at all", truth)
    .option("--percent <number>", "of tenants, 0 to 100", Number)
    .option("--tenants <names>", 'tenants that have it, such as "acme,ann@example.com"; "" for nobody', names)
    .option("--groups <names>", 'groups that have it, such as admin; "" for nobody', names)
    .addOption(
      new Option(
        "--everybody",
        "for whom it is on then: it names no tenants, groups or percent any more",
      ).conflicts(["tenants", "groups", "percent"]),
    )
    .addOption(new Option("--importance <word>", "what it is worth under stress").choices(IMPORTANCES))
    .option("--until <date>", "the day after which it should be gone, such as 2027-03-31")
    .option("--owner <name>", "whom to ask")
    .action(set);
  verb
    .command("off")
    .description("the emergency switch: off in the file, and served so at once")
    .argument("<key>", "the flag, such as dashboard_charts")
    .addOption(onOption())
    .action(off);
  verb
    .command("history")
    .description(
      "who changed which flag when: by the file's commits; with --on aws by AppConfig's deployments",
    )
    .argument("[key]", "this flag only")
    .addOption(onOption())
    .action(history);
}

function list(_options: unknown, command: Command): void {
  const { file, stack, json } = openFile(command);
  const flags = file.read();
  const expired = expiredFlags(flags, new Date().toISOString().slice(0, 10));
  const document = {
    stack,
    flags: Object.fromEntries(
      [...flags].map(([key, flag]) => [key, { ...flag, expired: expired.includes(key) }]),
    ),
  };
  print(json, document, flagsText(flags, expired));
}

async function set(
  key: string,
  { everybody = false, ...change }: FlagChange & { everybody?: boolean },
  command: Command,
): Promise<void> {
  const { file, stack, json } = openFile(command);
  if (Object.keys(change).length === 0 && !everybody)
    throw new Misuse("what is to change? Add an option, such as --percent 10");
  const flag = await file.set(key, change, everybody ? ["tenants", "groups", "percent"] : []);
  tell(`served by the next: rollout rehearse apply --stack ${stack}, or pulumi up -s ${stack}`);
  print(json, { stack, key, flag }, `${flagLine(key, flag)}\n`);
}

async function off(key: string, _options: unknown, command: Command): Promise<void> {
  const { file, stack, json, dir, on } = openFile(command);
  // The agents are served first. In an emergency the file can wait, and a mistake elsewhere in it must not delay
  // this.
  const served =
    on === "aws" ? await (await flagsOnAws(dir, stack)).off(key, whoami()) : serveHere(dir, stack, key);
  const flag: Flag = await file.set(key, { enabled: false });
  tell(`${file.name} says so too; commit it, or the next deployment may turn the flag on again`);
  const version = served ? `, version ${served.version}` : ", and the stack isn't up here";
  print(json, { stack, key, on, flag, served: served ?? null }, `${stack}: ${key} is off${version}\n`);
}

async function history(key: string | undefined, _options: unknown, command: Command): Promise<void> {
  const { file, stack, json, dir, on } = openFile(command);
  const all =
    on === "aws" ? await (await flagsOnAws(dir, stack)).history() : await gitHistory(dir, file.name);
  const entries = all
    .map((entry) => ({ ...entry, flags: entry.flags.filter((flag) => !key || flag.key === key) }))
    .filter(({ flags }) => flags.length > 0);
  print(json, { stack, history: entries }, historyText(entries));
}

function openFile(command: Command) {
  const { stack, json } = globalOptions(command);
  const { on } = command.optsWithGlobals() as { on?: "aws" | "rehearsal" };
  const dir = projectDir();
  return { stack, json, dir, on, file: new FlagsFile(dir, stack) };
}

function print(json: boolean, document: unknown, text: string): void {
  out(json ? `${JSON.stringify(document)}\n` : text);
}

function truth(word: string): boolean {
  if (word === "true" || word === "false") return word === "true";
  throw new InvalidArgumentError("It must be true or false.");
}

function names(list: string): string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
}
