import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Command } from "./measure.ts";
import { layOutForTsNode } from "./ts-node.ts";

/** How the program is loaded under the engine. */
export type LoadedBy = "ours" | "without ahead" | "types checked" | "from its cache";

const NOBODY = "http://127.0.0.1:9";

/**
 * A whole `pulumi preview` of beta with nothing to change: the real engine, its state in a folder, the tests' echo provider
 * in place of the cloud. The same stack each time; only how the program is loaded differs.
 *
 * @returns undefined where there is no `pulumi`
 */
export function enginePreviews(
  root: string,
): { commands: Record<LoadedBy, Command>; remove(): void } | undefined {
  if (spawnSync("pulumi", ["version"]).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "bench-engine-"));
  const env = environment(root, folder);
  const ours = variant(root, folder, "ours", (yaml) => yaml);
  const plain = variant(root, folder, "without-ahead", (yaml) => yaml.replace(/^ *nodeargs:.*\n/m, ""));
  const tsNode = variant(root, folder, "ts-node", (yaml) =>
    yaml.replace(/^runtime:\n(?: .*\n)+/m, "runtime: nodejs\n"),
  );
  for (const each of ["infra", "package.json"])
    for (const copy of [ours, plain]) symlinkSync(join(root, each), join(copy, each));
  layOutForTsNode(root, tsNode);
  const tools = ["--stack", "beta", "--non-interactive", "--color", "never"];
  const once = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync("pulumi", [...words, ...tools.slice(2)], {
      cwd: ours,
      env: { ...process.env, ...env },
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`pulumi ${words.join(" ")}:\n${stdout}${stderr}`);
  };
  once("stack", "init", "beta", "--secrets-provider", "passphrase");
  once("up", "--yes", "--skip-preview", "--stack", "beta");
  const preview = (cwd: string, more: Record<string, string> = {}): Command => ({
    args: ["pulumi", "preview", ...tools],
    cwd,
    env: { ...env, ...more },
  });
  return {
    commands: {
      ours: preview(ours),
      "without ahead": preview(plain),
      "types checked": preview(tsNode, { TS_NODE_CACHE: "false" }),
      "from its cache": preview(tsNode, { TS_NODE_CACHE_DIRECTORY: join(tsNode, "cache") }),
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A state of its own, the echo provider, and nobody where the program's hooks would ask AWS. */
function environment(root: string, folder: string): Record<string, string> {
  for (const each of ["home", "state", "plugins"]) mkdirSync(join(folder, each));
  for (const each of ["aws", "docker", "random"]) {
    const plugin = join(folder, "plugins", `pulumi-resource-${each}`);
    const echo = join(root, "test/engine/echo/main.ts");
    writeFileSync(plugin, `#!/bin/sh\nexec "${process.execPath}" "${echo}" ${each}\n`);
    chmodSync(plugin, 0o755);
  }
  return {
    PATH: [join(folder, "plugins"), join(root, "node_modules/.bin"), process.env.PATH].join(delimiter),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "bench",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ENDPOINT_URL_CLOUDWATCH: NOBODY,
    AWS_ENDPOINT_URL_APPCONFIG: NOBODY,
  };
}

/** A project's folder without its program, its Pulumi.yaml changed. */
function variant(root: string, folder: string, name: string, changed: (yaml: string) => string): string {
  const copy = join(folder, name);
  mkdirSync(copy);
  for (const each of ["Pulumi.beta.yaml", "flags.beta.yaml"]) cpSync(join(root, each), join(copy, each));
  writeFileSync(join(copy, "Pulumi.yaml"), changed(readFileSync(join(root, "Pulumi.yaml"), "utf8")));
  for (const each of ["app", "node_modules"]) symlinkSync(join(root, each), join(copy, each));
  return copy;
}
