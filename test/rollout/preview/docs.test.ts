import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { SAMPLE } from "../../support/sample.ts";
import { CLIENT_TESTS, commandsFor } from "../docs-clients.ts";
import { ROOT } from "../docs-pages.ts";
import { Typist } from "../docs-typist.ts";

const commands = commandsFor(CLIENT_TESTS.preview).flatMap((page) => page.commands);

let folder: string;
let typist: Typist;

/** What somebody has who is about to open a pull request: a clone of `origin`, and a commit on top of its main. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rollout-docs-"));
  const [origin, clone] = [join(folder, "origin"), join(folder, "clone")];
  mkdirSync(origin);
  for (const name of ["app", "infra", "package.json"])
    cpSync(join(ROOT, name), join(origin, name), { recursive: true });
  for (const name of readdirSync(SAMPLE)) cpSync(join(SAMPLE, name), join(origin, name));
  writeFileSync(join(origin, ".gitignore"), "node_modules\nbin\n");
  git(origin, "init", "--quiet", "--initial-branch=main");
  commit(origin, { blue: 90, green: 10 });
  git(folder, "clone", "--quiet", origin, clone);
  commit(clone, { blue: 50, green: 50 });
  for (const name of ["bin", "node_modules"]) symlinkSync(join(ROOT, name), join(clone, name));
  typist = new Typist(clone, () => ({ ...process.env, NO_COLOR: "1" }));
});
afterAll(async () => {
  await typist?.interrupt();
  rmSync(folder, { recursive: true, force: true });
});

/** Four captures, on a machine that may be busy. */
const DEADLINE_MS = 60_000;

test.each(commands)(
  "$at: $text",
  async (command) => {
    const { code, said } = await typist.type(command);
    expect(code, said).toBe(command.exitCode);
    expect(said).toMatch(/^(## )?beta: 1 danger; 2 updated, \d+ unchanged\n/);
    expect(said.startsWith("## ")).toBe(command.words.includes("markdown"));
    // The danger leads, before the change that it comes from.
    const order = ["Track green goes from 10 % to 50 %", "Traffic", "targetGroups", "prod: no change"];
    const places = order.map((text) => said.indexOf(text));
    expect(places, said).toEqual(places.filter((place) => place > 0).toSorted((one, other) => one - other));
  },
  DEADLINE_MS,
);

function commit(repository: string, weights: Record<string, number>): void {
  const file = join(repository, "Pulumi.beta.yaml");
  const yaml = parseDocument(readFileSync(file, "utf8"));
  for (const [track, weight] of Object.entries(weights))
    yaml.setIn(["config", "rollout:tracks", track, "weight"], weight);
  writeFileSync(file, String(yaml));
  git(repository, "add", "--all");
  git(repository, "commit", "--quiet", "--no-gpg-sign", "--message", JSON.stringify(weights));
}

function git(folder: string, ...words: string[]): void {
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...words], { cwd: folder });
}
