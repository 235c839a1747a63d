import { type Command, CommanderError } from "commander";
import { Misuse, UserError } from "../errors.ts";
import { sentenceOf } from "../failures.ts";
import { tell } from "./out.ts";

/** 0 done, 1 failed or refused, 2 called in a way that makes no sense. */
export type ExitCode = 0 | 1 | 2;

/**
 * Runs a command line and sets the process's exit code. What is meant for the user is printed as its message; anything
 * else is a bug and printed with its stack.
 */
export async function runCommand(program: Command, argv: string[]): Promise<void> {
  // A reader that has seen enough (`rollout graph | head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  // What is told to people may have nobody to hear it, or no room: that ends nothing.
  process.stderr.on("error", () => {});
  for (const command of [program, ...program.commands]) throwing(command);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    // The code is set, not exited with: what was written to a pipe must arrive whole.
    process.exitCode = exitCodeOf(error);
    const text = textOf(error);
    if (text) tell(text);
  }
}

/** Makes a command and those below it throw where commander would end the process. */
function throwing(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwing(child);
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof Misuse ? 2 : 1;
}

/** What to print; nothing when commander has printed it already. */
export function textOf(error: unknown): string {
  if (error instanceof CommanderError) return "";
  if (error instanceof UserError || error instanceof Misuse) return error.message;
  const sentence = sentenceOf(error);
  if (sentence !== undefined) return sentence;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Ctrl-C ends the work, not before what it made is removed. @returns what aborts then */
export function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}
