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
  const prose = text.replaceAll(/^[^\S\n]*```[\s\S]*?^\s*```$/gm, (block) => block.replaceAll(/[^\n]/g, ""));
  return [...prose.matchAll(/`((?:bin\/\w+|npx pulumi) [a-z][^`]*)`/g)].map(({ 1: command, index }) =>
    commandOf(name, prose.slice(0, index).split("\n").length, command!, 0),
  );
}

/** The commands of a page's blocks and of its text, in the order in which they are read. */
export function allCommands(page: DocPage): DocCommand[] {
  const line = ({ at }: DocCommand) => Number(at.split(":")[1]);
  return [...page.blocks.flatMap(({ commands }) => commands), ...inlineCommands(page)].toSorted(
    (one, other) => line(one) - line(other),
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

/** Those in the project's folder. */
const AT_ROOT = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"];

/** Every page of docs/, sorted, and those in the project's folder last. */
export function docPages(): DocPage[] {
  const names = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  return [...names.sort().map((name) => `docs/${name}`), ...AT_ROOT].map(pageOf);
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
