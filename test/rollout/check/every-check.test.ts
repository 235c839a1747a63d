import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { expect, test } from "vitest";
import { PRE_LAUNCH, SERVICE } from "../../../rollout/check/run.ts";
import { register } from "../../../rollout/cli/check.ts";
import { ROOT } from "../docs-pages.ts";

// A check is a judge that is asked, facts from both platforms (the types see to that), tests of the judge, and a word in the
// command's help and in docs/verbs.md. CONTRIBUTING.md lists what a check takes.

const FOLDER = "rollout/check/checks";
const RUN = "rollout/check/run.ts";
const textOf = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** Every judge that a file of checks/ has. */
const judges = globSync("**/*.ts", { cwd: join(ROOT, FOLDER) }).flatMap((file) =>
  [...textOf(`${FOLDER}/${file}`).matchAll(/^export (?:async )?function (judge\w+)/gm)].map(
    ([, name = ""]) => name,
  ),
);

test("there are judges", () => {
  expect(judges.length).toBeGreaterThanOrEqual(Object.keys(PRE_LAUNCH).length);
});

test.each(judges)("%s is asked", (judge) => {
  expect(textOf(RUN)).toMatch(new RegExp(`\\bfrom\\b.*\\n?.*\\b${judge}\\(`));
});

test.each(judges)("%s has tests", (judge) => {
  const tests = globSync("*.test.ts", { cwd: import.meta.dirname }).map((file) =>
    readFileSync(join(import.meta.dirname, file), "utf8"),
  );
  expect(tests.filter((text) => text.includes(`${judge}(`))).not.toEqual([]);
});

const [, row = ""] = /^\| `rollout check` \| (.*) \|$/m.exec(textOf("docs/verbs.md")) ?? [];
const help = descriptionOf();

test.each(Object.keys(PRE_LAUNCH))("%s is in docs/verbs.md and in the command's help", (check) => {
  expect(row.toLowerCase()).toContain(check);
  expect(help.split("With --watch")[0]!.toLowerCase()).toContain(check);
});

test.each(Object.keys(SERVICE))("%s of the service check is in the command's help", (check) => {
  expect(help.split("With --watch")[1]).toContain(check);
});

function descriptionOf(): string {
  const program = new Command();
  register(program);
  return program.commands[0]!.description();
}
