import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { checkedStackName } from "../core/stack-name.ts";
import { Misuse, UserError } from "../errors.ts";
import { stacksOf } from "../graph/stacks.ts";

/** The options that every verb knows. */
export interface GlobalOptions {
  stack: string;
  json: boolean;
}

/** Here, before any verb sees it: each makes folders and files of it. */
export function stackName(text: string): string {
  try {
    return checkedStackName(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** @throws {Misuse} without `--stack`: no stack is a safe guess */
export function globalOptions(command: Command): GlobalOptions {
  const { stack, json = false } = command.optsWithGlobals();
  const [first = "beta"] = stacksHere();
  if (!stack)
    throw new Misuse(`which stack? Add --stack NAME, such as: ${fullName(command)} --stack ${first}`);
  return { stack, json };
}

/**
 * The project's folder: the nearest one with a Pulumi.yaml, from where the command was called upwards.
 *
 * @throws {UserError} when there is none
 */
export function projectDir(from = process.cwd()): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
    if (folder === dirname(folder)) throw new UserError(`no Pulumi.yaml in ${from} nor in a folder above it`);
  }
}

/** The stacks of the project in which the command was called; none outside of a project. */
export function stacksHere(): string[] {
  try {
    return stacksOf(projectDir());
  } catch {
    return [];
  }
}

/** `rollout rehearse up` of the command `up`. */
function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}
