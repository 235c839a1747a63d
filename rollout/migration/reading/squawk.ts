import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { isProgram } from "../../is-program.ts";
import type { RuleName } from "../rules.ts";

/** Squawk's rules that are hazards to those who are there; its others are about style, and left out. */
const HAZARDS: Readonly<Record<string, RuleName>> = {
  "adding-field-with-default": "default rewrites",
  "adding-foreign-key-constraint": "foreign key validated at once",
  "adding-not-nullable-field": "not null on a table",
  "adding-required-field": "column required",
  "adding-serial-primary-key-field": "key column added",
  "ban-concurrent-index-creation-in-transaction": "CONCURRENTLY in a transaction",
  "ban-drop-column": "column dropped",
  "ban-drop-not-null": "not null dropped",
  "ban-drop-table": "table dropped",
  "ban-truncate-cascade": "rows removed",
  "changing-column-type": "column retyped",
  "constraint-missing-not-valid": "constraint validated at once",
  "disallowed-unique-constraint": "unique constraint",
  "renaming-column": "column renamed",
  "renaming-table": "table renamed",
  "require-concurrent-index-creation": "index without CONCURRENTLY",
  "require-concurrent-index-deletion": "index dropped without CONCURRENTLY",
  "require-concurrent-partition-detach": "partition changed",
  "require-concurrent-reindex": "index rebuilt",
  "syntax-error": "not SQL",
};

/** What to say where it is missing. */
export const WITHOUT_SQUAWK =
  "squawk isn't there, so that only our own few rules have read the migrations: bin/install-squawk installs it (PyPI squawk-cli)";

/** The program: the one that bin/install-squawk installed, else the one on the PATH. @returns undefined where there is none */
export function findSquawk(path = process.env.PATH ?? ""): string | undefined {
  const folders: string[] = [];
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder))
    folders.push(join(folder, ".cache/squawk/bin"));
  return [...folders, ...path.split(delimiter).filter(Boolean)]
    .map((folder) => join(folder, "squawk"))
    .find(isProgram);
}

/**
 * What squawk finds in SQL.
 *
 * @param inTransaction the tool that runs it begins a transaction first
 * @throws when it can't be run, or says what can't be read
 */
export async function squawkFindings(
  program: string,
  sql: string,
  { inTransaction = false, major = 16 } = {},
): Promise<{ rule: RuleName; line: number; what: string }[]> {
  const options = ["--reporter=json", `--pg-version=${major}`, "--stdin-filepath=migration.sql"];
  if (inTransaction) options.push("--assume-in-transaction");
  else options.push("--no-assume-in-transaction");
  const said = JSON.parse((await output(program, options, sql)) || "[]") as Said[];
  return said.flatMap(({ rule_name, line, message }) => {
    const rule = HAZARDS[rule_name];
    return rule ? [{ rule, line: line + 1, what: message }] : [];
  });
}

interface Said {
  rule_name: string;
  /** From 0. */
  line: number;
  message: string;
}

/** Found hazards end it with 1. */
function output(program: string, options: string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, options, { stdio: ["pipe", "pipe", "pipe"], cwd: "/" });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 || out.startsWith("[")
        ? resolve(out)
        : reject(new Error(`squawk: ${err.trim() || `exit code ${code}`}`)),
    );
    // It may end before it has read all.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
