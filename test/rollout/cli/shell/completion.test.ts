import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bareCommand } from "../../../../rollout/cli/shell/bare.ts";
import { bashCompletion } from "../../../../rollout/cli/shell/bash.ts";
import { fishCompletion } from "../../../../rollout/cli/shell/fish.ts";
import { typedWords } from "../../../../rollout/cli/shell/words.ts";
import { zshCompletion } from "../../../../rollout/cli/shell/zsh.ts";
import { VERBS } from "../../../../rollout/cli/verbs.ts";

// The real shells complete by the scripts that they get. [what is typed, some of what is offered, what isn't]
const CASES: [typed: string, offered: string[], not: string][] = [
  ["rollout reh", ["rehearse"], "run"],
  ["rollout rehearse ", ["up", "down"], "promote"],
  ["rollout run --cand", ["--candidate"], "--stack"],
  ["bin/rollout run --on ", ["aws", "rehearsal"], "--candidate"],
  ["rollout status --stack ", ["beta", "prod"], "up"],
  ["rollout maintenance ", ["on", "off"], "aws"],
  ["rollout completion ", ["bash", "zsh", "fish"], "on"],
];

let folder: string;
const file = (shell: string) => join(folder, `rollout.${shell}`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "completion-"));
  for (const stack of ["beta", "prod"]) writeFileSync(join(folder, `Pulumi.${stack}.yaml`), "");
  const words = await typedWords(VERBS, bareCommand);
  writeFileSync(file("bash"), bashCompletion(words));
  writeFileSync(file("zsh"), zshCompletion(words));
  writeFileSync(file("fish"), fishCompletion(words));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("bash", () => {
  test.each(CASES)("%s", (typed, offered, not) => {
    const words = typed.split(" ");
    const script = `. "$0"; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _rollout; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expectOffered(run("bash", "--norc", "-c", script, file("bash")), offered, not);
  });
});

describe.skipIf(!isThere("fish"))("fish", () => {
  test.each(CASES)("%s", (typed, offered, not) => {
    const said = run(
      "fish",
      "--no-config",
      "-c",
      "source $argv[1]; complete -C $argv[2]",
      file("fish"),
      typed,
    );
    expectOffered(said.replaceAll(/\t.*/g, ""), offered, not);
  });
});

describe.skipIf(!isThere("zsh"))("zsh", () => {
  // Its completion works in a terminal only: zpty is one.
  test("completes what is typed, with Tab", () => {
    const script = `zmodload zsh/zpty
zpty t zsh -f -i
zpty -w t "source $1"
n=0
for typed in 'rollout reh' 'rollout run --cand' 'rollout rehearse dow' 'rollout status --stack bet'; do
  zpty -w -n t "$typed"$'\\t\\x18'; n=$((n + 1))
  for i in {1..200}; do [ "$(cat completed 2>/dev/null | wc -l)" -ge $n ] && break; zpty -r -t t said; sleep 0.05; done
done`;
    const begin = `autoload -Uz compinit; compinit -u -D; source ${file("zsh")}
report() { print -r -- "$BUFFER" >> ${join(folder, "completed")}; BUFFER=; }
zle -N report; bindkey '^X' report
`;
    writeFileSync(join(folder, "begin.zsh"), begin);
    run("zsh", "-f", "-c", script, "zsh", join(folder, "begin.zsh"));
    const completed = readFileSync(join(folder, "completed"), "utf8")
      .split("\n")
      .map((line) => line.trim());
    expect(completed).toEqual([
      "rollout rehearse",
      "rollout run --candidate",
      "rollout rehearse down",
      "rollout status --stack beta",
      "",
    ]);
  }, 30_000);
});

function expectOffered(said: string, offered: string[], not: string): void {
  const all = said.split("\n").filter((line) => line !== "");
  expect(all).toEqual(expect.arrayContaining(offered));
  expect(all).not.toContain(not);
}

function run(shell: string, ...words: string[]): string {
  return execFileSync(shell, words, { cwd: folder, encoding: "utf8", env: { ...process.env, TERM: "dumb" } });
}

function isThere(shell: string): boolean {
  try {
    execFileSync(shell, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
