import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { DocBlock, DocCommand } from "./docs-pages.ts";

export interface Typed {
  command: DocCommand;
  /** Null: it was still running when the page ended, and was interrupted then. */
  code: number | null;
  said: string;
}

/** How long a command may take, and a line may keep us waiting, in milliseconds: a busy machine is no failure. */
const WITHIN_MS = 180_000;

/** Types the commands of a page one after the other, as its reader would. */
export class Typist {
  readonly #folder: string;
  readonly #env: () => NodeJS.ProcessEnv;
  readonly #running: { typed: Typed; child: ChildProcess; exit: Promise<unknown> }[] = [];

  /** @param env asked anew for each command */
  constructor(folder: string, env: () => NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#env = env;
  }

  /**
   * A command to its end; one that is for another terminal is left running.
   *
   * @param text what is typed, where that isn't the very text of the page
   * @throws {Error} when it takes too long
   */
  async type(command: DocCommand, text = command.text): Promise<Typed> {
    const typed: Typed = { command, code: null, said: "" };
    // A group of its own: an interruption reaches what the command has started, as on a terminal.
    // And no shell in between, whose own end would hide the command's.
    const child = spawn("sh", ["-c", `exec ${text}`], {
      cwd: this.#folder,
      env: this.#env(),
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const hear = (data: Buffer) => {
      typed.said += data;
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    const exit = once(child, "close").then(([code]) => {
      typed.code = code;
    });
    this.#running.push({ typed, child, exit });
    if (command.background) return typed;
    const late = sleep(WITHIN_MS, "late", { ref: false });
    if ((await Promise.race([exit, late])) === "late")
      throw new Error(`${command.at}: it doesn't end: ${command.text}\n${typed.said}`);
    return typed;
  }

  /** Until a command that stays has said something like this, or is over. @throws {Error} when it doesn't come */
  async said(typed: Typed, what: RegExp): Promise<void> {
    const until = Date.now() + WITHIN_MS;
    while (typed.code === null && !what.test(typed.said)) {
      if (Date.now() > until) throw new Error(`${typed.command.at}: never said ${what}, but:\n${typed.said}`);
      await sleep(50);
    }
  }

  /** Until those that stay are over by themselves. @throws {Error} when one isn't in time */
  async ended(): Promise<void> {
    const late = sleep(WITHIN_MS, "late", { ref: false });
    for (const { typed, exit } of this.#running)
      if ((await Promise.race([exit, late])) === "late")
        throw new Error(`${typed.command.at}: it doesn't end: ${typed.command.text}\n${typed.said}`);
  }

  /** Until the block's commands have said all that the page shows. @throws {Error} with the lines that don't come */
  async heard(block: DocBlock, typed: readonly Typed[]): Promise<void> {
    const until = Date.now() + (typed.some(({ code }) => code === null) ? WITHIN_MS : 0);
    for (;;) {
      const missing = missingIn(
        block,
        typed.map(({ said }) => said),
      );
      if (missing.length === 0) return;
      if (Date.now() > until)
        throw new Error(
          `${block.at}: never said:\n  ${missing.join("\n  ")}\nbut:\n${typed.map(({ said }) => said).join("\n")}`,
        );
      await sleep(100);
    }
  }

  /** Ctrl-C, and until it has ended. */
  async interrupt(which: (typed: Typed) => boolean = () => true): Promise<Typed[]> {
    const asked = this.#running.filter(({ typed }) => typed.code === null && which(typed));
    for (const { child } of asked) signal(child, "SIGINT");
    const late = sleep(30_000, "late", { ref: false });
    for (const { child, exit } of asked)
      if ((await Promise.race([exit, late])) === "late") signal(child, "SIGKILL");
    return asked.map(({ typed }) => typed);
  }
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-pid!, name);
  } catch {
    // It has just ended by itself.
  }
}

/** The lines of a block's output that weren't said, with whatever figures, times and names of machines. */
export function missingIn({ output }: Pick<DocBlock, "output">, said: readonly string[]): string[] {
  const lines = said.flatMap((text) => text.split("\n"));
  return output.filter((line) => line.trim() !== "" && !lines.some((each) => patternOf(line).test(each)));
}

/** `...` stands for anything; figures, the bars of the status, and who did it are others each time. */
export function patternOf(line: string): RegExp {
  const source = line
    .trim()
    .split(/(\.\.\.$|\w+@[\w.-]+|[#.]{10,}|\d+(?:\.\d+)?|\s+)/)
    .map((part, index) => (index % 2 === 0 ? part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&") : classOf(part)))
    .join("");
  return new RegExp(source);
}

function classOf(part: string): string {
  if (part === "...") return ".*";
  if (part.includes("@")) return "\\S+@\\S+";
  if (/^[#.]/.test(part)) return "[#.]+";
  return /^\d/.test(part) ? "\\d+(?:\\.\\d+)?" : "\\s+";
}
