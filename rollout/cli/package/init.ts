import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../errors.ts";
import { LEFT_OUT } from "../../init/answers.ts";
import { asking, usualAnswer } from "../../init/ask.ts";
import { type BegunProject, begunProject, withConfig } from "../../init/begun.ts";
import { type Files, filesOf, MAIN, type Manifest, ownManifest } from "../../init/files.ts";
import { foundLines } from "../../init/found/found.ts";
import { answersOf, missingIn, refuse, type Said } from "../../init/questions.ts";
import { outLine, tell } from "../out.ts";

const PACKAGE = "rollout-stack";

interface Options extends Said {
  package?: string;
  yes?: boolean;
  install: boolean;
  rehearsal: boolean;
}

export function register(program: Command): void {
  program
    .command("init")
    .summary("lay out a repository of your own")
    .description(
      "Writes a project into this folder that has this package installed: its stacks, flags, phases, program, tests and\n" +
        "workflows, each with comments. Asks what no option says; finds port, command, migrations and health path in the\n" +
        "app's folder. Then installs the packages and rehearses the first stack. A file that is there stays.",
    )
    .option("--name <name>", "the project's name (default: the folder's)")
    .option("--domain <domain>", "the last stack's public name; other stacks are below it")
    .option("--region <region>", "the AWS region (default: us-east-1)")
    .option("--image <image>", "the app's image, by digest")
    .option("--app <folder>", "in place of --image: the folder with the app's Dockerfile")
    .option("--health <path>", "where the app says that it can serve (default: what is found, or /health)")
    .option("--told <address...>", "e-mail addresses that are told of alarms")
    .option(
      "--stacks <name...>",
      "the stacks, in the order in which a version meets them (default: beta prod)",
    )
    .option("--without <part...>", `what is left out: ${LEFT_OUT.join(", ")}`)
    .option("--package <source>", "where npm finds this package: a version or a file (default: this version)")
    .option("--yes", "ask nothing: what no option says has its default")
    .option("--no-install", "leave the packages to you")
    .option("--no-rehearsal", "leave the rehearsal to you")
    .addHelpText(
      "after",
      "\nExample: rollout init --domain shop.example.com --app ../shop --told ops@example.com --yes",
    )
    .action(init);
}

async function init(options: Options): Promise<void> {
  const folder = process.cwd();
  const begun = begunHere(folder);
  const before = manifestThere(folder);
  const { answers, found } = await answersFrom({ ...begun, ...options }, folder);
  for (const line of foundLines(found)) tell(line);
  const source = options.package ?? before?.dependencies?.[PACKAGE] ?? ownManifest().version;
  write(folder, filesOf(answers, found, source, before));
  if (options.install) run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], folder);
  const [first = ""] = answers.stacks;
  if (options.rehearsal) run("bin/rehearse", [first, "--seconds", "2", "--rate", "20"], folder);
  outLine(`\n${answers.name} is laid out. Next:`);
  outLine("  bin/test                                      # what must hold of your stacks");
  outLine(`  bin/rollout rehearse up --stack ${first.padEnd(12)}  # your app here, to click through`);
  outLine(
    `  npx pulumi preview --stack ${first.padEnd(12)}       # what AWS would get (docs/workflows.md of the package)`,
  );
}

/**
 * What `pulumi new` has begun here, by this package's template.
 *
 * @throws {UserError} where there is a whole project
 */
function begunHere(folder: string): BegunProject | undefined {
  if (!existsSync(join(folder, "Pulumi.yaml"))) return undefined;
  const begun = begunProject(folder);
  if (!begun) throw new UserError("there is a project here already: Pulumi.yaml");
  return begun;
}

/** @throws {UserError} where it is a program's own */
function manifestThere(folder: string): Manifest | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  const manifest: Manifest = JSON.parse(readFileSync(file, "utf8"));
  if (manifest.main && manifest.main !== MAIN) {
    throw new UserError("package.json here is a program's own: make a folder beside it, and say --app ..");
  }
  return manifest;
}

async function answersFrom(options: Options, folder: string): ReturnType<typeof answersOf> {
  if (options.yes || !process.stdin.isTTY) {
    refuse(missingIn(options));
    return answersOf(options, folder, usualAnswer);
  }
  const ask = asking({ input: process.stdin, output: process.stderr });
  try {
    return await answersOf(options, folder, ask);
  } finally {
    ask.close();
  }
}

function write(folder: string, files: Files): void {
  for (const [path, { text, runs }] of Object.entries(files)) {
    const file = join(folder, path);
    const there = existsSync(file) ? readFileSync(file, "utf8") : undefined;
    const whole = there === undefined || path === "package.json" ? text : withConfig(path, there, text);
    if (whole === undefined) {
      if (there !== text) tell(`${path} is there already, and stays as it is`);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, whole, { mode: runs ? 0o755 : 0o644 });
  }
}

/** @throws {UserError} when it fails */
function run(command: string, args: string[], cwd: string): void {
  tell(`\n${command} ${args.join(" ")}`);
  const { status, error } = spawnSync(command, args, { cwd, stdio: ["ignore", 2, 2] });
  if (status !== 0)
    throw new UserError(`${command} ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
}
