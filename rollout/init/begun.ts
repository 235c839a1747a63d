import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { stacksOf } from "../graph/stacks.ts";
import { MAIN, PROGRAM } from "./files.ts";
import { textOf } from "./found/text-of.ts";

/** What `pulumi new` has made here of our template: its name, and its stacks, which have no config yet. */
export interface BegunProject {
  name: string;
  begunStacks: string[];
}

/** @returns undefined where the project is more than that */
export function begunProject(folder: string): BegunProject | undefined {
  const { name } = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) ?? {};
  const begunStacks = stacksOf(folder);
  const whole = begunStacks.some((stack) => configIn(textOf(folder, `Pulumi.${stack}.yaml`)));
  return textOf(folder, MAIN) === PROGRAM && !whole ? { name, begunStacks } : undefined;
}

function configIn(text: string): unknown {
  return parse(text)?.config;
}

/**
 * A stack's file that `pulumi stack init` made, which says how its secrets are encrypted, and the config that it lacks.
 *
 * @returns undefined where the file has a config already, or is no stack's
 */
export function withConfig(path: string, there: string, config: string): string | undefined {
  if (!/^Pulumi\.[^.]+\.yaml$/.test(path) || configIn(there)) return undefined;
  return `${config}${there}`;
}
