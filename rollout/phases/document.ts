import { type Document, parseDocument } from "yaml";
import type { z } from "zod";
import { explained, type Mistake, mistakesText, ownWords } from "../../infra/settings/explain.ts";
import { upTo } from "../../infra/sure.ts";
import { yamlValue } from "../../infra/yaml.ts";
import { Misuse } from "../errors.ts";

/** A file that a person wrote and that can't be used, with every mistake in it: where it is and the rule it breaks. */
export class FileError extends Misuse {
  readonly mistakes: readonly Mistake[];

  constructor(file: string, mistakes: readonly Mistake[]) {
    const lines = mistakes.map(({ path, rule }) => (path ? `${path}: ${rule}` : rule));
    super(mistakesText(file, lines));
    this.name = "FileError";
    this.mistakes = mistakes;
  }
}

/**
 * Reads YAML, or JSON, which is YAML too, and holds it to a schema and to the rules that a schema can't say.
 *
 * @param file its name, for the error
 * @param rules find mistakes in the document as it was written, sound or not
 * @throws {FileError} with all mistakes at once
 */
export function readDocument<S extends z.ZodType>(
  file: string,
  text: string,
  schema: S,
  rules: (document: unknown) => Mistake[],
): z.output<S> {
  const yaml = parseDocument(text, { prettyErrors: true });
  if (yaml.errors.length > 0) {
    // A YAML error's first line says what and where; the others draw it.
    const first = (message: string) => upTo(message, "\n").replace(/:$/, "");
    throw new FileError(
      file,
      yaml.errors.map(({ message }) => ({ path: "", rule: first(message) })),
    );
  }
  const document = valueIn(file, yaml);
  const parsed = schema.safeParse(document, { error: ownWords });
  const mistakes = [...(parsed.success ? [] : explained(parsed.error, document)), ...rules(document)];
  if (mistakes.length > 0) throw new FileError(file, mistakes);
  return parsed.data as z.output<S>;
}

function valueIn(file: string, yaml: Document): unknown {
  try {
    return yamlValue(yaml);
  } catch (error) {
    throw new FileError(file, [{ path: "", rule: (error as Error).message }]);
  }
}
