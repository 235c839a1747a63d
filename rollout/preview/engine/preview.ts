import { readFileSync } from "node:fs";
import { UserError } from "../../errors.ts";
import { captureGraph } from "../../graph/capture.ts";
import { compare } from "../compare.ts";
import { attempt, Failure, messageOf, redactorOf } from "../failure.ts";
import type { Preview, StackPreview } from "../model.ts";
import { readOutput } from "./output.ts";
import { engineSide } from "./side.ts";

/**
 * What the working tree changes against the state, by the engine's own comparison. What failed in it is a problem of the
 * stack; of what the engine got to before that, changes are shown, and nothing passes for unchanged.
 *
 * @param file what `pulumi preview --json` printed
 * @param asked the stack that it must be about, if any
 * @param today the day in UTC, `2026-12-31`
 * @throws {UserError} when the file can't be read as that
 */
export async function enginePreview(
  projectDir: string,
  file: string,
  asked: string | undefined,
  today: string,
): Promise<Preview> {
  const output = readOutput(textOf(file), asked);
  const stack = output.stack ?? asked;
  const after = stack === undefined ? undefined : await attempt(() => captureGraph({ projectDir, stack }));
  const redactor = redactorOf(after ?? new Failure(undefined));
  const messages = [
    // Before they are cut: a half of a secret isn't recognised.
    ...failureOf(output.errors.map((message) => redactor.text(message))),
    ...(after instanceof Failure ? [`in the working tree: ${messageOf(after, redactor, projectDir)}`] : []),
  ];
  const stacks: StackPreview[] = [];
  if (after && !(after instanceof Failure)) {
    const side = engineSide(output, after);
    const compared = compare({ ...side, after, today });
    if (output.errors.length === 0) stacks.push(compared);
    else if (compared.changes.length > 0) stacks.push({ ...compared, unchanged: null });
  }
  const problems = messages.length === 0 ? [] : [{ stack: stack ?? "a stack", message: messages.join("\n") }];
  return { version: 1, base: "the state", verdicts: "engine", stacks, problems, notes: [] };
}

/** Of a message; a stack trace goes on for longer. */
const MOST_LINES = 6;

function failureOf(errors: string[]): string[] {
  if (errors.length === 0) return [];
  const known = "pulumi preview failed: what changes isn't known, or only in part";
  const causes = errors.filter((each) => each !== "preview failed");
  return [known, ...causes.map((each) => each.split("\n").slice(0, MOST_LINES).join("\n"))];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const hint = "pulumi preview --json > FILE makes one";
    throw new UserError(`--engine: can't read ${file} (${(error as NodeJS.ErrnoException).code}); ${hint}`);
  }
}
