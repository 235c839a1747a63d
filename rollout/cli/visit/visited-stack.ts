import type { Command } from "commander";
import { systemClock } from "../../clock.ts";
import type { Visit } from "../../core/journal.ts";
import { commandText, writeDown } from "../../visit/audit.ts";
import type { Visited } from "../../visit/visited.ts";
import { whoami } from "../on.ts";
import { globalOptions, projectDir } from "../options.ts";
import { tell } from "../out.ts";

/** The stack that a verb visits. */
export interface VisitedStack {
  visited: Visited;
  stack: string;
  json: boolean;
  /** Known secrets in clear. */
  secrets: string[];
  /** Writes the visit into the journal. What isn't written isn't done. */
  enter(visit: Omit<Visit, "command"> & { words: readonly string[] }): Promise<void>;
}

/** Opens the stack where `--on` says. The AWS SDK is loaded only when it is AWS. */
export async function visitedStack(command: Command): Promise<VisitedStack> {
  const { stack, json } = globalOptions(command);
  const { on } = command.optsWithGlobals() as { on: "aws" | "rehearsal" };
  const visited = await visitedOn(on, stack);
  const secrets = await visited.secrets().catch((error: Error) => {
    tell(`the stack's secrets can't be read (${error.message}): only what looks like one is taken out`);
    return [];
  });
  return {
    visited,
    stack,
    json,
    secrets,
    enter: ({ words, ...visit }) =>
      writeDown(
        { journal: visited.journal, clock: systemClock, by: whoami() },
        { ...visit, ...(words.length > 0 && { command: commandText(words, secrets) }) },
      ),
  };
}

export function visitedOn(on: "aws" | "rehearsal", stack: string): Promise<Visited> {
  return (on === "aws" ? onAws : here)({ stack, projectDir: projectDir() });
}

async function here(options: { stack: string; projectDir: string }): Promise<Visited> {
  return (await import("../../visit/rehearsal/visited.ts")).visitedHere(options);
}

async function onAws(options: { stack: string; projectDir: string }): Promise<Visited> {
  return (await import("../../visit/aws/visited.ts")).visitedOnAws({ ...options, by: whoami() });
}
