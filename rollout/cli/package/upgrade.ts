import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../errors.ts";
import { captureText } from "../../graph/capture.ts";
import { stacksOf } from "../../graph/stacks.ts";
import { projectDir } from "../options.ts";
import { outLine, passOn, tell } from "../out.ts";

const PACKAGE = "rollout-stack";
/** What a program shares with ours: two copies of it don't know each other's resources. */
const SHARED = ["@pulumi/aws", "@pulumi/pulumi"];

export function register(program: Command): void {
  program
    .command("upgrade")
    .summary("bring a later version, and say what it changes in the stacks")
    .description(
      "Installs a version of this package in the project, and compares each stack as it registers now with how it did before:\n" +
        "the preview between two versions. Nothing is deployed. `git checkout package.json package-lock.json && npm ci`\n" +
        "takes it back.",
    )
    .argument("[version]", "a version or a file that npm takes", "latest")
    .action(upgrade);
}

async function upgrade(version: string): Promise<void> {
  const project = projectDir();
  const stacks = stacksOf(project);
  const folder = mkdtempSync(join(tmpdir(), "rollout-upgrade-"));
  try {
    const before = await Promise.all(
      stacks.map(async (stack) => {
        const file = join(folder, `${stack}.json`);
        writeFileSync(file, await captureText({ projectDir: project, stack }));
        return { stack, file };
      }),
    );
    const old = installed(project);
    npm(project, /^[\d^~]|^latest$/.test(version) ? `${PACKAGE}@${version}` : version);
    const now = installed(project);
    npm(project, ...SHARED.map((name) => `${name}@${now.dependencies[name]}`));
    outLine(`${PACKAGE} ${old.version} -> ${now.version}: node_modules/${PACKAGE}/CHANGELOG.md says why`);
    // The later version's own preview, in a process of its own: this one has the old code loaded.
    for (const { stack, file } of before) {
      const words = ["preview", "--stack", stack, "--base", file];
      const { stdout, stderr, status } = spawnSync(
        join(project, "node_modules", PACKAGE, "bin", "rollout"),
        words,
        {
          cwd: project,
          encoding: "utf8",
        },
      );
      passOn(stderr);
      outLine(stdout);
      if (status !== 0) process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function installed(project: string): { version: string; dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(join(project, "node_modules", PACKAGE, "package.json"), "utf8"));
}

/** @throws {UserError} when npm can't bring it: package.json is as before then */
function npm(project: string, ...packages: string[]): void {
  const words = ["install", "--save-exact", "--no-audit", "--no-fund", "--loglevel=error", ...packages];
  tell(`npm ${words.join(" ")}`);
  const { status } = spawnSync("npm", words, { cwd: project, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new UserError(`npm can't install ${packages.join(" ")}`);
}
