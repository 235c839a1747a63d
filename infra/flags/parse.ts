import { type Document, parseDocument } from "yaml";
import { explained, mistakesText, ownWords } from "../settings/explain.ts";
import { upTo } from "../sure.ts";
import { yamlValue } from "../yaml.ts";
import { type Flag, flagsSchema } from "./schema.ts";

/** A flags file that can't be used, with every mistake in it: where it is and the rule it breaks. */
export class FlagsError extends Error {
  readonly mistakes: readonly string[];

  constructor(file: string, mistakes: readonly string[]) {
    super(mistakesText(file, mistakes));
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
      document.errors.map(({ message }) => upTo(message, "\n").replace(/:$/, "")),
    );
  }
  const flags = valueIn(file, document);
  const parsed = flagsSchema.safeParse(flags, { error: ownWords });
  if (!parsed.success) {
    const mistakes = explained(parsed.error, flags);
    throw new FlagsError(
      file,
      mistakes.map(({ path, rule }) => (path ? `${path}: ${rule}` : rule)),
    );
  }
  return new Map(Object.entries(parsed.data.flags).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function valueIn(file: string, document: Document): unknown {
  try {
    return yamlValue(document);
  } catch (error) {
    throw new FlagsError(file, [(error as Error).message]);
  }
}
