import { clientTest } from "./docs-clients.ts";
import type { DocBlock, DocCommand, DocPage } from "./docs-pages.ts";

/** The tests that type the pages' own commands: in a rehearsal, and against the AWS that answers. */
export const TYPED_HERE = "test/drills/docs.test.ts";
export const TYPED_ON_AWS = "test/drills/docs-aws.test.ts";
export const RESTORED_ON_AWS = "test/drills/restore-on-aws.test.ts";

const TYPISTS: readonly string[] = [TYPED_HERE, TYPED_ON_AWS, RESTORED_ON_AWS];

/** The test that runs a command, as a file or folder of the project; or why it is only read. */
export type RunBy = { by: string } | { readOnly: string };

/** What only these tools can do is read, and held to what exists: see docs-check.ts. */
const ONLY_READ: Readonly<Record<string, string>> = {
  npm: "a suite or bench of its own",
  "bin/test": "runs suites of its own",
  "bin/rehearse": "runs servers of its own",
};

/** The page of tasks has nothing but commands of the others. */
export const SHORT = "docs/tasks.md";

/** Where a command of the pages is run. What isn't named here is typed in the rehearsal, and fails there when it can't be. */
export function runBy(command: DocCommand): RunBy {
  const { words, page } = command;
  if (page === SHORT)
    return { readOnly: "each of its commands is typed on the page behind it (docs.test.ts)" };
  const [tool = "", ...rest] = words;
  const is = (...verb: string[]) => verb.every((word, index) => rest[index] === word);
  const client = clientTest(command);
  if (client) return { by: client };
  if (tool === "npx" && is("vitest")) return { readOnly: "the tests themselves" };
  if (tool in ONLY_READ) return { readOnly: ONLY_READ[tool]! };
  if (is("upgrade-database"))
    return { by: isOnAws(words) ? "test/rollout/upgrade-database" : "test/drills/upgrade-database.test.ts" };
  if (isOnAws(words)) return { by: is("drill", "restore") ? RESTORED_ON_AWS : TYPED_ON_AWS };
  if (is("drill", "alarms") && !rest.includes("--only")) return { by: "test/drills/alarms.test.ts" };
  if (page === "docs/workflows.md") return { by: "test/infra/workflows" };
  return { by: TYPED_HERE };
}

function isOnAws(words: readonly string[]): boolean {
  return (
    words[0] === "bin/smoke" || words.some((word, index) => word === "aws" && words[index - 1] === "--on")
  );
}

/**
 * A page as one of its typists has it: the commands that this one runs, and the lines that they print. Where two share a
 * block, a line that names prod is of AWS, as only its commands do.
 */
export function playedBy(test: string, page: DocPage): DocBlock[] {
  return page.blocks.map((block) => {
    const isMine = (command: DocCommand) => Object.values(runBy(command)).includes(test);
    const commands = block.commands.filter(isMine);
    const typists = new Set(block.commands.flatMap((command) => typistOf(command)));
    const isOurs = (line: string) => /\bprod\b/.test(line) === (test !== TYPED_HERE);
    const output = commands.length === 0 ? [] : typists.size > 1 ? block.output.filter(isOurs) : block.output;
    return { ...block, commands, output };
  });
}

function typistOf(command: DocCommand): string[] {
  return Object.values(runBy(command)).filter((by) => TYPISTS.includes(by));
}
