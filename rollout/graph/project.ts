import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkedStackName } from "../core/stack-name.ts";
import { UserError } from "../errors.ts";
import { engineYaml } from "./engine-yaml.ts";
import { stacksOf } from "./stacks.ts";
import { SECURE, secureText } from "./tokens.ts";

export interface Project {
  name: string;
  /** The program's file, absolute. */
  main: string;
  /** As the engine hands it over: keys with their namespace, structured values as JSON text. */
  config: Record<string, string>;
  /** Keys whose value is secret, in part at least. */
  secretKeys: string[];
  /** The text of the stack's file. */
  stackFile: string;
}

type Yaml = Record<string, unknown>;

/**
 * Reads a Pulumi project and one stack's config from its files, as the engine does.
 *
 * @throws {UserError} when a file is missing or isn't YAML
 */
export function readProject(projectDir: string, stack: string): Project {
  checkFolder(projectDir);
  const file = join(projectDir, "Pulumi.yaml");
  if (!existsSync(file)) throw new UserError(`no Pulumi project here: ${file} doesn't exist`);
  const project = yamlIn("Pulumi.yaml", textOf(projectDir, "Pulumi.yaml"));
  const name = project.name;
  if (typeof name !== "string") throw new UserError("Pulumi.yaml: name is missing");
  const configDir = String(project.stackConfigDir ?? ".");
  const stackFile = join(configDir, `Pulumi.${checkedStackName(stack)}.yaml`);
  requireStack(projectDir, configDir, stack);

  const stackText = textOf(projectDir, stackFile);
  const given = {
    ...defaultsOf(project.config, name),
    ...((yamlIn(stackFile, stackText).config ?? {}) as Yaml),
  };
  const entries = Object.entries(given).map(([key, value]) => [key, encoded(value)] as const);
  return {
    name,
    // Who needs the settings alone may have no program.
    get main() {
      return mainOf(projectDir, project.main);
    },
    config: Object.fromEntries(entries),
    secretKeys: entries.filter(([, text]) => text.includes(SECURE)).map(([key]) => key),
    stackFile: stackText,
  };
}

/** What a project's path may not hold: a backslash, or a control character. */
const UNLOADABLE = /[\\\p{Cc}]/u;

function checkFolder(projectDir: string): void {
  if (!UNLOADABLE.test(projectDir)) return;
  throw new UserError(
    `${JSON.stringify(projectDir)} can't hold a project: Node loads no program from a path with a backslash or a control character`,
  );
}

function requireStack(projectDir: string, configDir: string, stack: string): void {
  const stacks = stacksOf(join(projectDir, configDir));
  if (stacks.includes(stack)) return;
  const there = stacks.length > 0 ? `the stacks are ${stacks.join(", ")}` : "there are no stacks";
  throw new UserError(`no stack "${stack}": ${there} (${join(configDir, "Pulumi.<stack>.yaml")})`);
}

/** What the project file's `config` section gives a value: a default, a value, or plain text. */
function defaultsOf(section: unknown, project: string): Yaml {
  const defaults: Yaml = {};
  for (const [key, declared] of Object.entries((section ?? {}) as Yaml)) {
    const value = isMap(declared) ? (declared.value ?? declared.default) : declared;
    if (value !== undefined) defaults[key.includes(":") ? key : `${project}:${key}`] = value;
  }
  return defaults;
}

/** The engine encodes structured values as JSON with sorted keys; secrets stay unread, their text is not here. */
function encoded(value: unknown): string {
  if (isSecure(value)) return secureText(value.secure);
  return typeof value === "object" && value !== null ? JSON.stringify(sorted(value)) : String(value ?? "");
}

function sorted(value: unknown): unknown {
  if (isSecure(value)) return secureText(value.secure);
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

function isSecure(value: unknown): value is { secure: string } {
  return isMap(value) && typeof value.secure === "string" && Object.keys(value).length === 1;
}

/** The program: `main` of Pulumi.yaml, else of package.json; of a folder its index. */
function mainOf(projectDir: string, main: unknown): string {
  const packageFile = join(projectDir, "package.json");
  const packageMain = existsSync(packageFile)
    ? JSON.parse(readFileSync(packageFile, "utf8")).main
    : undefined;
  const path = join(projectDir, String(main ?? packageMain ?? "."));
  const candidates = [path, join(path, "index.ts"), join(path, "index.js")];
  const found = candidates.find((candidate) => /\.[cm]?[jt]s$/.test(candidate) && existsSync(candidate));
  if (!found) throw new UserError(`Pulumi.yaml: main: no program at ${path}`);
  return found;
}

function textOf(projectDir: string, file: string): string {
  try {
    return readFileSync(join(projectDir, file), "utf8");
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}`);
  }
}

function yamlIn(file: string, text: string): Yaml {
  return (engineYaml(file, text) ?? {}) as Yaml;
}

function isMap(value: unknown): value is Yaml {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
