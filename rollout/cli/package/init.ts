import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { Misuse, UserError } from "../../errors.ts";
import { type Answers, LEFT_OUT, type LeftOut, NAME, STACK } from "../../init/answers.ts";
import { type Ask, asking } from "../../init/ask.ts";
import { type Files, filesOf, ownManifest } from "../../init/files.ts";
import { type Found, findIn } from "../../init/found.ts";
import { outLine, tell } from "../out.ts";

interface Options {
  name?: string;
  domain?: string;
  region?: string;
  image?: string;
  app?: string;
  health?: string;
  told?: string[];
  stacks?: string[];
  without?: string[];
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
    .option("--domain <domain>", "prod's public name; other stacks are below it")
    .option("--region <region>", "the AWS region (default: us-east-1)")
    .option("--image <image>", "the app's image, by digest")
    .option("--app <folder>", "in place of --image: the folder with the app's Dockerfile")
    .option("--health <path>", "where the app says that it can serve (default: what is found, or /health)")
    .option("--told <address...>", "e-mail addresses that are told of alarms")
    .option("--stacks <name...>", "the stacks, first to last (default: beta prod)")
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
  if (existsSync(join(folder, "Pulumi.yaml")))
    throw new UserError("there is a project here already: Pulumi.yaml");
  const ask = asking({ quiet: options.yes === true });
  let answers: Answers;
  let found: Found;
  try {
    ({ answers, found } = await answersOf(options, folder, ask));
  } finally {
    ask.close();
  }
  for (const line of foundLines(found)) tell(line);
  const packageFile = join(folder, "package.json");
  const before = existsSync(packageFile) ? JSON.parse(readFileSync(packageFile, "utf8")) : undefined;
  if (before?.main) {
    throw new UserError("package.json here is a program's own: make a folder beside it, and say --app ..");
  }
  const { version } = ownManifest();
  write(
    folder,
    filesOf(answers, found, options.package ?? before?.dependencies?.["rollout-stack"] ?? version, before),
  );
  if (options.install) run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], folder);
  const [first = "beta"] = answers.stacks;
  if (options.rehearsal) run("bin/rehearse", [first, "--seconds", "2", "--rate", "20"], folder);
  outLine(`\n${answers.name} is laid out. Next:`);
  outLine("  bin/test                                      # what must hold of your stacks");
  outLine(`  bin/rollout rehearse up --stack ${first.padEnd(12)}  # your app here, to click through`);
  outLine(
    `  npx pulumi preview --stack ${first.padEnd(12)}       # what AWS would get (docs/workflows.md of the package)`,
  );
}

async function answersOf(
  options: Options,
  folder: string,
  ask: Ask,
): Promise<{ answers: Answers; found: Found }> {
  const checked = async (given: string | undefined, question: Parameters<Ask>[0]) => {
    const answer = given ?? (await ask(question));
    const mistake = question.wrong?.(answer);
    if (mistake) throw new Misuse(`${question.flag} ${answer}: ${mistake}`);
    return answer;
  };
  const name = await checked(options.name, {
    flag: "--name",
    text: "The project's name",
    usual:
      basename(folder)
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, "-")
        .replace(/^[^a-z]+/, "") || "shop",
    wrong: (text) =>
      NAME.test(text) ? undefined : "up to 31 lower-case letters, digits and -, a letter first",
  });
  const domain = await checked(options.domain, {
    flag: "--domain",
    text: "Prod's public name",
    wrong: (text) =>
      /^([a-z0-9-]+\.)+[a-z]{2,}$/.test(text) ? undefined : "a domain such as shop.example.com",
  });
  const region = await checked(options.region, {
    flag: "--region",
    text: "The AWS region",
    usual: "us-east-1",
  });
  if (options.image && options.app)
    throw new Misuse("--image and --app contradict each other: give one of them");
  const source =
    options.image ??
    options.app ??
    (await ask({
      flag: "--app FOLDER or --image IMAGE",
      text: "The app: the folder with its Dockerfile, or an image by digest",
    }));
  const isImage = options.image !== undefined || isDigest(source.split("@sha256:")[1] ?? "");
  if (!isImage && !existsSync(resolve(folder, source, "Dockerfile"))) {
    throw new Misuse(`--app ${source}: there is no Dockerfile in that folder`);
  }
  const found = isImage ? {} : findIn(resolve(folder, source));
  const healthPath = await checked(options.health, {
    flag: "--health",
    text: "Where it answers 200 when it can serve",
    usual: found.healthPath ?? "/health",
    wrong: (text) =>
      /^\/[A-Za-z0-9._~-][A-Za-z0-9._~/-]{0,99}$/.test(text) ? undefined : "a path such as /healthz",
  });
  const told =
    options.told ??
    words(await ask({ flag: "--told", text: "E-mail addresses that are told of alarms", usual: "" }));
  const stacks =
    options.stacks ??
    words(await ask({ flag: "--stacks", text: "The stacks, first to last", usual: "beta prod" }));
  for (const stack of stacks) {
    if (!STACK.test(stack)) throw new Misuse(`--stacks ${stack}: up to 12 lower-case letters, digits and -`);
  }
  const without =
    options.without ??
    words(await ask({ flag: "--without", text: `What is left out of ${LEFT_OUT.join(", ")}`, usual: "" }));
  const unknown = without.find((each) => !LEFT_OUT.includes(each as LeftOut));
  if (unknown) throw new Misuse(`--without ${unknown}: it may be ${LEFT_OUT.join(", ")}`);
  return {
    found,
    answers: {
      name,
      domain,
      region,
      ...(isImage ? { image: source } : { folder: source }),
      healthPath,
      told,
      stacks: [...new Set(stacks)],
      without: without as LeftOut[],
    },
  };
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

function foundLines({ port, command, migrate, healthPath, assets }: Found): string[] {
  return [
    ...(port ? [`found: port ${port} (EXPOSE)`] : []),
    ...(command ? [`found: command ${command.join(" ")} (CMD)`] : []),
    ...(migrate ? [`found: ${migrate.by}'s migrations`] : []),
    ...(healthPath ? [`found: health path ${healthPath}`] : []),
    ...(assets ? [`found: assets in ${assets.folder}`] : []),
  ];
}

function write(folder: string, files: Files): void {
  for (const [path, { text, runs }] of Object.entries(files)) {
    const file = join(folder, path);
    if (existsSync(file) && path !== "package.json") {
      tell(`${path} is there already, and stays as it is`);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: runs ? 0o755 : 0o644 });
  }
}

/** @throws {UserError} when it fails */
function run(command: string, args: string[], cwd: string): void {
  tell(`\n${command} ${args.join(" ")}`);
  const { status, error } = spawnSync(command, args, { cwd, stdio: ["ignore", 2, 2] });
  if (status !== 0)
    throw new UserError(`${command} ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
}

function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
