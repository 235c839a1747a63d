import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { commandLine } from "../../../rollout/cli/command-line.ts";
import { VERBS } from "../../../rollout/cli/verbs.ts";
import { checkedStackName, isStackName } from "../../../rollout/core/stack-name.ts";
import { UserError } from "../../../rollout/errors.ts";
import { readProject } from "../../../rollout/graph/project.ts";
import { placeOf } from "../../../rollout/platforms/rehearsal/machine/state.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const GOOD = ["beta", "prod", "Prod", "eu.prod", "prod_2", "1", "b-1", "a".repeat(100)];
const BAD = [
  "",
  " ",
  ".",
  "..",
  "../victim",
  "../../victim",
  "/etc",
  "a/b",
  "a\\b",
  "a/../b",
  "a..b",
  ".beta",
  "-beta",
  "_beta",
  "beta ",
  "beta\n",
  "beta\0",
  "beta\u001b[31m",
  "beta*",
  "$(id)",
  "bêta",
  "~",
  "a".repeat(101),
];

describe("the name of a stack", () => {
  it.each(GOOD)("may be %j", (name) => {
    expect(checkedStackName(name)).toBe(name);
  });
  it.each(BAD)("may not be %j", (name) => {
    expect(isStackName(name)).toBe(false);
    expect(() => checkedStackName(name)).toThrow(UserError);
  });
  it("is refused with the rule, and with no more of it than sixty letters", () => {
    const rule =
      "1 to 100 letters, digits, -, _ and ., the first a letter or a digit, without two dots in a row";
    const refused = (text: string) => `not the name of a stack: "${text}" (${rule})`;
    expect(() => checkedStackName("../victim")).toThrow(refused("../victim"));
    expect(() => checkedStackName("/".repeat(60))).toThrow(refused("/".repeat(60)));
    expect(() => checkedStackName(`/${"b".repeat(60)}`)).toThrow(refused(`/${"b".repeat(59)}...`));
  });
  it("is refused in one line that a terminal can show", () => {
    const message = (name: string) => {
      try {
        return checkedStackName(name);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message("\u001b]0;x\u0007\n")).toMatch(/^[ -~]+$/);
    expect(message("x/".repeat(10_000)).length).toBeLessThan(250);
  });
});

describe("the doors that a name comes in by", () => {
  it.each(BAD)("refuse %j before a path is made of it", (name) => {
    const folder = temporaryFolder("names-");
    expect(() => placeOf(name, folder)).toThrow(UserError);
    expect(() => readProject(join(import.meta.dirname, "..", "..", "fixtures", "small"), name)).toThrow(
      UserError,
    );
  });

  it.each(Object.keys(VERBS))("are shut for every command of `rollout %s`", async (verb) => {
    const root = await commandLine([verb]);
    const words = leaves(root.commands.find((command) => command.name() === verb)!, [verb]);
    expect(words.length).toBeGreaterThan(0);
    for (const each of words) await expect(refused([...each, "--stack", "../../victim"])).resolves.toBe(true);
  });
});

function leaves(command: Command, words: string[]): string[][] {
  if (command.commands.length === 0) return [words];
  return command.commands.flatMap((child) => leaves(child, [...words, child.name()]));
}

async function refused(words: string[]): Promise<boolean> {
  const program = (await commandLine(words)).exitOverride().configureOutput({ writeErr: () => {} });
  const error = await program.parseAsync(words, { from: "user" }).catch((each: Error) => each);
  return error instanceof Error && error.message.includes('not the name of a stack: "../../victim"');
}
