import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { expect, test } from "vitest";
import { register } from "../../../rollout/cli/drill/drill.ts";
import { allCommands, docPages, ROOT } from "../docs-pages.ts";

// A drill is a folder, a command, a record of its own kind, a page that types it, a word in docs/verbs.md, and a test that plays
// it on real servers. CONTRIBUTING.md lists what a drill takes.

const FOLDER = join(ROOT, "rollout/drill");
/** Each drill's folder: the one with a file that begins a drill. */
const folders = [
  ...new Set(globSync("*/*.ts", { cwd: FOLDER }).map((file) => file.split("/")[0]!)),
].toSorted();

const program = new Command();
register(program);
const kinds = program.commands[0]!.commands.map((command) => command.name()).toSorted();

test("every folder of rollout/drill has its command", () => {
  expect(kinds).toEqual(folders);
});

test.each(folders)("%s keeps a record of its kind", (kind) => {
  const texts = globSync("**/*.ts", { cwd: join(FOLDER, kind) }).map((file) =>
    readFileSync(join(FOLDER, kind, file), "utf8"),
  );
  const isKept = (text: string) =>
    text.includes("recordOf({") && new RegExp(`drill: ["\`]${kind}\\b`).test(text);
  expect(texts.some(isKept)).toBe(true);
});

test.each(kinds)("%s is typed by a page", (kind) => {
  const typed = docPages()
    .filter(({ name }) => name.startsWith("docs/"))
    .flatMap(allCommands)
    .filter(({ words }) => words.join(" ").startsWith(`bin/rollout drill ${kind} `));
  expect(typed).not.toEqual([]);
});

test.each(kinds)("%s is in docs/verbs.md", (kind) => {
  expect(readFileSync(join(ROOT, "docs/verbs.md"), "utf8")).toMatch(
    new RegExp(`^\\| \`rollout drill ${kind}\` \\| .+ \\|$`, "m"),
  );
});

test.each(kinds)("%s is played on real servers by a test", (kind) => {
  const path = join(ROOT, "test/drills", `${kind}.test.ts`);
  expect(existsSync(path) && readFileSync(path, "utf8")).toMatch(/\bdrill[A-Z]\w*\(/);
});
