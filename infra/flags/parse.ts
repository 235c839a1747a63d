import { parseDocument } from "yaml";
import type { z } from "zod";
import { type Flag, flagsSchema } from "./schema.ts";

/** A flags file that can't be used, with every mistake in it: where it is and the rule it breaks. */
export class FlagsError extends Error {
  readonly mistakes: readonly string[];

  constructor(file: string, mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`;
    super([`${file} has ${count}:`, ...mistakes.map((mistake) => `  ${mistake}`)].join("\n"));
    this.name = "FlagsError";
    this.mistakes = mistakes;
  }
}

/**
 * Reads the text of a flags file.
 *
 * @param file its name, for the error
 * @returns the flags by key, sorted
 * @throws {FlagsError} with all mistakes at once
 */
export function parseFlags(file: string, text: string): Map<string, Flag> {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0) {
    // A YAML error's first line says what and where; the others draw it.
    throw new FlagsError(
      file,
      document.errors.map(({ message }) => message.split("\n")[0]!.replace(/:$/, "")),
    );
  }
  const parsed = flagsSchema.safeParse(document.toJS(), { reportInput: true });
  if (!parsed.success) throw new FlagsError(file, parsed.error.issues.flatMap(explain));
  return new Map(Object.entries(parsed.data.flags).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function explain(issue: z.core.$ZodIssue): string[] {
  const at = (path: readonly PropertyKey[], rule: string) =>
    path.length === 0 ? rule : `${dotted(path)}: ${rule}`;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => at([...issue.path, key], "unknown key"));
  }
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => at(issue.path, message));
  const missing = issue.code === "invalid_type" && issue.input === undefined && issue.path.length > 0;
  return [at(issue.path, missing ? `is missing: ${issue.message}` : issue.message)];
}

function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text ? `${text}.${String(key)}` : String(key);
  }, "");
}
