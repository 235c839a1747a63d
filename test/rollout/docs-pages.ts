import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The project's folder. */
export const ROOT = join(import.meta.dirname, "../..");

/** A command that a page tells people to run. */
export interface DocCommand {
  /** Such as `docs/rollback.md:12`. */
  at: string;
  page: string;
  /** Without its comment. */
  text: string;
  words: string[];
  /** What the page says it exits with: `# exit code 1`, else 0. */
  exitCode: number;
  /** It stays while others are run: `# another terminal`. */
  background: boolean;
  /** It is ended by hand when it has said what the page shows: `# Ctrl-C`. */
  interrupted: boolean;
  /** The number of its block within the page. */
  block: number;
}

/** What is no command of a block but stands in the text: `bin/...` or `npx pulumi ...` between backticks. */
export function inlineCommands({ name, text }: DocPage): DocCommand[] {
  const prose = text.replaceAll(/^\s*```[\s\S]*?^\s*```$/gm, "");
  return [...prose.matchAll(/`((?:bin\/\w+|npx pulumi) [a-z][^`]*)`/g)].map(([, command]) =>
    commandOf(name, 0, command!, 0),
  );
}

/** A fenced block of commands, and what the page shows of their output. */
export interface DocBlock {
  at: string;
  commands: DocCommand[];
  /** Lines that the rehearsal's commands of this block print, in this order, with other figures. */
  output: string[];
}

export interface DocPage {
  /** From the project's folder, such as `docs/release.md`. */
  name: string;
  text: string;
  blocks: DocBlock[];
}

const FENCE = /^\s*```(\w*)\s*$/;

/** Every page of docs/, sorted, and the README last. */
export function docPages(): DocPage[] {
  const names = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  return [...names.sort().map((name) => `docs/${name}`), "README.md"].map(pageOf);
}

function pageOf(name: string): DocPage {
  const text = readFileSync(join(ROOT, name), "utf8");
  return { name, text, blocks: blocksOf(name, text) };
}

/** The blocks marked `sh`; one marked `text` that follows in the same section is its output. Any other is no command. */
export function blocksOf(page: string, text: string): DocBlock[] {
  const blocks: DocBlock[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  let last: DocBlock | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = FENCE.exec(line);
    if (!open && fence) open = { language: fence[1]!, line: index + 1, lines: [] };
    else if (!open) {
      // An output belongs to the block before it, with a sentence between them or none, but not to another section's.
      if (line.startsWith("#")) last = undefined;
    } else if (fence) {
      if (open.language === "sh") {
        last = blockOf(page, open.line, open.lines, blocks.length);
        blocks.push(last);
      } else if (open.language === "text" && last) last.output.push(...open.lines);
      open = undefined;
    } else open.lines.push(line);
  }
  return blocks;
}

function blockOf(page: string, line: number, lines: string[], block: number): DocBlock {
  const commands = joined(lines, line + 1).map(({ text, at }) => commandOf(page, at, text, block));
  return { at: `${page}:${line}`, commands: commands.filter(({ text }) => text !== ""), output: [] };
}

/** Lines that end in a backslash go on in the next. */
function joined(lines: string[], first: number): { text: string; at: number }[] {
  const whole: { text: string; at: number }[] = [];
  let open = false;
  for (const [index, line] of lines.entries()) {
    const goesOn = line.endsWith("\\");
    const part = goesOn ? line.slice(0, -1).trimEnd() : line;
    if (open) whole.at(-1)!.text += ` ${part.trim()}`;
    else whole.push({ text: part.trim(), at: first + index });
    open = goesOn;
  }
  return whole;
}

function commandOf(page: string, line: number, whole: string, block: number): DocCommand {
  const { words, text, comment } = split(whole);
  const exitCode = Number(/exit code (\d)/.exec(comment)?.[1] ?? 0);
  const background = comment.includes("another terminal");
  const interrupted = background && comment.includes("Ctrl-C");
  return { at: `${page}:${line}`, page, text, words, exitCode, background, interrupted, block };
}

/** As a shell would, as far as the pages go: quotes, spaces, and a comment after a space. */
export function split(line: string): { words: string[]; text: string; comment: string } {
  const words: string[] = [];
  const pattern = /\s*(#.*$|(?:'[^']*'|"[^"]*"|[^\s'"])+)/gy;
  let end = 0;
  for (let match = pattern.exec(line); match; match = pattern.exec(line)) {
    if (match[1]!.startsWith("#")) return { words, text: line.slice(0, end), comment: match[1]! };
    words.push(match[1]!.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"));
    end = pattern.lastIndex;
  }
  if (line.slice(end).trim() !== "") throw new Error(`a quote that doesn't end: ${line}`);
  return { words, text: line.slice(0, end), comment: "" };
}

/** The tests that type the pages' commands: in a rehearsal, and against the AWS that answers. */
export const TYPED_HERE = "test/drills/docs.test.ts";
export const TYPED_ON_AWS = "test/drills/docs-aws.test.ts";

/** The test that runs a command, as a file or folder of the project; or why it is only read. */
export type RunBy = { by: string } | { readOnly: string };

/** What only these tools can do is read, and held to what exists: see docs-check.ts. */
export const ONLY_READ: Readonly<Record<string, string>> = {
  npx: "needs the Pulumi CLI",
  pulumi: "needs the Pulumi CLI",
  git: "needs what git reaches",
  gh: "needs what gh reaches",
  aws: "needs what aws reaches",
  npm: "a suite or bench of its own",
  "bin/test": "runs suites of its own",
  "bin/rehearse": "runs servers of its own",
};

/** Where a command of the pages is run. What isn't named here is typed in the rehearsal, and fails there when it can't be. */
export function runBy({ words, page }: DocCommand): RunBy {
  const [tool = "", ...rest] = words;
  const is = (...verb: string[]) => verb.every((word, index) => rest[index] === word);
  if (tool in ONLY_READ) return { readOnly: ONLY_READ[tool]! };
  if (isOnAws(words)) return { by: is("drill", "restore") ? "test/aws/restore.test.ts" : TYPED_ON_AWS };
  if (is("preview")) return { by: "test/rollout/preview" };
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
    const isOurs = (line: string) => /\bprod\b/.test(line) === (test === TYPED_ON_AWS);
    const output = commands.length === 0 ? [] : typists.size > 1 ? block.output.filter(isOurs) : block.output;
    return { ...block, commands, output };
  });
}

function typistOf(command: DocCommand): string[] {
  return Object.values(runBy(command)).filter((by) => by === TYPED_HERE || by === TYPED_ON_AWS);
}
