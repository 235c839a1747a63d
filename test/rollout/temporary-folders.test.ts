import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importsIn } from "../support/imports.ts";
import { ROOT } from "./docs-pages.ts";

// In a folder where everybody may write, a name that can be guessed is somebody else's link before it is our folder.

const files = [...importsIn(ROOT, ["bench", "rollout", "infra"]).keys()];
const text = (file: string) => readFileSync(join(ROOT, file), "utf8");
const linesOf = (file: string, what: RegExp) =>
  text(file)
    .split("\n")
    .filter((line) => what.test(line) && !line.startsWith("import"))
    .map((line) => `${file}: ${line.trim()}`);

test("a temporary folder has a name that nobody can guess", () => {
  const uses = files.flatMap((file) => linesOf(file, /tmpdir\(\)|\/tmp\b/));
  const unsafe = uses.filter((use) => !use.includes("mkdtempSync(join(tmpdir(), "));
  expect(unsafe).toEqual([
    // Begun with mkdtemp, like the others.
    "rollout/platforms/rehearsal/machine/disk/outside.ts: const usual = tmpdir();",
    'rollout/platforms/rehearsal/machine/disk/outside.ts: return PLAIN.test(usual) && usual.length <= LONGEST - 40 ? [usual, "/tmp"] : ["/tmp"];',
    // In a container, of its own.
    expect.stringContaining("--tmpfs /tmp:"),
    expect.stringContaining("and not /tmp, which is writable"),
    expect.stringContaining("may write to besides /tmp"),
    expect.stringContaining("the most that is in /tmp"),
  ]);
});

test("files are given to somebody else in one place, which looks at what it gives", () => {
  const given = files.filter((file) => /\bl?chown(Sync)?\(/.test(text(file)));
  expect(given).toEqual([]);
  expect(files.filter((file) => text(file).includes("fchownSync("))).toEqual([
    "rollout/platforms/rehearsal/machine/disk/owned.ts",
  ]);
});
