import { spawn, spawnSync } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseDocument } from "yaml";
import { ROOT, SAMPLE } from "../support/sample.ts";

/** Whether there is a `pulumi` on the PATH; without one the tests here are skipped. */
export const pulumiThere = spawnSync("pulumi", ["version"]).status === 0;

/** Where nobody answers. */
const NOBODY = "http://127.0.0.1:9";

const PACKAGES = ["aws", "docker", "random"];

export interface Run {
  code: number;
  stdout: string;
  /** stdout and stderr, as a person sees them. */
  output: string;
}

/** A step of a preview or update, of those that `--json` lists. */
export interface Step {
  op: "create" | "delete" | "replace" | "same" | "update" | string;
  urn: string;
  detailedDiff?: Record<string, { kind: string }> | null;
}

/**
 * A stack of this project under the real engine, with its state in a folder of its own and the echo provider in place
 * of the cloud. The stack's config is a copy: tests may edit it.
 */
export class Engine {
  readonly stack: string;
  readonly folder: string;
  /** Further variables under which it runs. */
  variables: NodeJS.ProcessEnv = {};
  readonly #state: NodeJS.ProcessEnv;

  private constructor(stack: string, folder: string, state: NodeJS.ProcessEnv = stateIn(folder)) {
    this.stack = stack;
    this.folder = folder;
    this.#state = state;
  }

  static async create(stack: string): Promise<Engine> {
    const engine = await Engine.laidOut(stack);
    await engine.succeed("stack", "init", stack, "--secrets-provider", "passphrase");
    return engine;
  }

  /**
   * Without a stack yet.
   *
   * @param state the variables that say where the state is and what opens its secrets; by default a folder
   */
  static async laidOut(stack: string, state?: NodeJS.ProcessEnv): Promise<Engine> {
    const engine = new Engine(stack, await mkdtemp(join(tmpdir(), `engine-${stack}-`)), state);
    await engine.#layOut();
    return engine;
  }

  /** A stack of another project, whose folder has these files and nothing else. */
  static async ofAnother(stack: string, files: Readonly<Record<string, string>>): Promise<Engine> {
    const engine = new Engine(stack, await mkdtemp(join(tmpdir(), `engine-${stack}-`)));
    await engine.#layOutEngine();
    for (const [name, text] of Object.entries(files)) await writeFile(join(engine.project, name), text);
    return engine;
  }

  get project(): string {
    return join(this.folder, "project");
  }

  get configFile(): string {
    return join(this.project, `Pulumi.${this.stack}.yaml`);
  }

  /** Runs `pulumi WORDS` in the project's folder. */
  pulumi(...words: string[]): Promise<Run> {
    return new Promise((resolve, reject) => {
      const child = spawn("pulumi", [...words, "--non-interactive", "--color", "never"], {
        cwd: this.project,
        env: this.environment,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let [stdout, output] = ["", ""];
      child.stdout.on("data", (chunk) => {
        stdout += chunk;
        output += chunk;
      });
      child.stderr.on("data", (chunk) => {
        output += chunk;
      });
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 1, stdout, output }));
    });
  }

  /** The same for a command that must succeed. @throws with everything that it printed, when it doesn't */
  async succeed(...words: string[]): Promise<Run> {
    const run = await this.pulumi(...words);
    if (run.code !== 0) throw new Error(`pulumi ${words.join(" ")} ended with ${run.code}:\n${run.output}`);
    return run;
  }

  up(): Promise<Run> {
    return this.succeed("up", "--yes", "--skip-preview", "--stack", this.stack);
  }

  /** What a preview would do, resource by resource. */
  async steps(): Promise<Step[]> {
    const { stdout } = await this.succeed("preview", "--json", "--stack", this.stack);
    return JSON.parse(stdout).steps;
  }

  /** Sets config as README tells people to: `set("rollout:tracks.green.weight", 25)`. */
  async set(path: string, value: string | number | boolean): Promise<void> {
    await this.succeed("config", "set", "--path", path, String(value), "--stack", this.stack);
  }

  /** Writes straight into the config file, as an editor would: mistakes too. */
  async write(path: string[], value: unknown): Promise<void> {
    const yaml = parseDocument(await readFile(this.configFile, "utf8"));
    yaml.setIn(["config", ...path], value);
    await writeFile(this.configFile, String(yaml));
  }

  /** The resources that the state holds, without the engine's own. */
  async resources(): Promise<{ urn: string; type: string; protect?: boolean }[]> {
    const { stdout } = await this.succeed("stack", "export", "--stack", this.stack);
    const all: { urn: string; type: string }[] = JSON.parse(stdout).deployment.resources ?? [];
    return all.filter(({ type }) => !type.startsWith("pulumi:"));
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  async #layOut(): Promise<void> {
    await this.#layOutEngine();
    for (const each of ["app", "index.ts", "infra", "node_modules", "package.json"]) {
      await symlink(join(ROOT, each), join(this.project, each));
    }
    await copyFile(join(SAMPLE, "Pulumi.yaml"), join(this.project, "Pulumi.yaml"));
    await copyFile(join(SAMPLE, `Pulumi.${this.stack}.yaml`), this.configFile);
    const flags = `flags.${this.stack}.yaml`;
    await copyFile(join(SAMPLE, flags), join(this.project, flags));
  }

  async #layOutEngine(): Promise<void> {
    const { folder } = this;
    for (const each of ["home", "state", "plugins", "project"]) await mkdir(join(folder, each));
    for (const each of PACKAGES) {
      const plugin = join(folder, "plugins", `pulumi-resource-${each}`);
      await writeFile(
        plugin,
        `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/test/engine/echo/main.ts" ${each}\n`,
      );
      await chmod(plugin, 0o755);
    }
  }

  /** Under which `pulumi` finds this stack, its state and the echo provider. */
  get environment(): NodeJS.ProcessEnv {
    const { folder } = this;
    const path = [join(folder, "plugins"), join(ROOT, "node_modules/.bin"), process.env.PATH];
    return {
      ...process.env,
      PATH: path.join(delimiter),
      PULUMI_HOME: join(folder, "home"),
      ...this.#state,
      // The program's hooks ask AWS, and there is none: let them find that out at once.
      AWS_EC2_METADATA_DISABLED: "true",
      // Also where a stand-in of AWS plays what holds the state: it has no figure that an alarm could wait for.
      AWS_ENDPOINT_URL_CLOUDWATCH: NOBODY,
      AWS_ENDPOINT_URL_APPCONFIG: NOBODY,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...this.variables,
    };
  }
}

function stateIn(folder: string): NodeJS.ProcessEnv {
  return { PULUMI_BACKEND_URL: `file://${join(folder, "state")}`, PULUMI_CONFIG_PASSPHRASE: "test" };
}
