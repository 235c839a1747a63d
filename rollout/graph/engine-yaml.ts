import { LineCounter, parseDocument, type Scalar, visit } from "yaml";
import { yamlValue } from "../../infra/yaml.ts";
import { UserError } from "../errors.ts";

/**
 * Reads a config file as Pulumi's engine does. The engine's reader (go-yaml 3) follows YAML 1.1 in part: `0150` is 104 to
 * it, `1_000` is 1000, an unquoted date is another text. Whoever wrote one meant it otherwise, or knows it from elsewhere: so
 * what the two readers take for different things is refused, and no config means one thing here and another on AWS.
 *
 * The engine's answers stand in test/fixtures/engine/yaml-scalars.json.
 *
 * @param file its name, for the error
 * @throws {UserError} with the line, for what isn't YAML and for what would be read in two ways
 */
export function engineYaml(file: string, text: string): unknown {
  const lineCounter = new LineCounter();
  // `<<` merges, as it does for the engine.
  const document = parseDocument(text, { merge: true, lineCounter });
  const [error] = document.errors;
  if (error) throw new UserError(`${file}: ${error.message}`);
  visit(document, {
    Scalar(_, node) {
      const why = readInTwoWays(node);
      if (why === undefined) return;
      const { line } = lineCounter.linePos(node.range?.[0] ?? 0);
      // Not the text itself: it may be a secret that somebody wrote in clear.
      throw new UserError(`${file}:${line}: ${why}; put it in quotes, or write it plainly`);
    },
  });
  try {
    return yamlValue(document);
  } catch (failure) {
    // An alias that leads nowhere, or to itself, or to ever more.
    throw new UserError(`${file}: ${(failure as Error).message}`);
  }
}

function readInTwoWays({ source = "", tag, type, value }: Scalar): string | undefined {
  if (tag !== undefined && tag !== "tag:yaml.org,2002:str")
    return `what ${tag} makes of it depends on the reader`;
  if (type !== "PLAIN" || tag !== undefined) return undefined;
  if (/^[-+]?0[0-9_]+$/.test(source) && !/^0+$/.test(source))
    return "Pulumi reads a number that begins with 0 as octal";
  if (/^[-+]?0[bO]/.test(source)) return "Pulumi reads it as a number, others as text";
  if (/^[-+]?[0-9][0-9.]*_/.test(source)) return "Pulumi reads it as a number, others as text";
  if (/^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]|$)/.test(source)) return "Pulumi reads a date as a time";
  if (typeof value === "bigint" || typeof value === "number") {
    if (!Number.isFinite(Number(value))) return "it is no number to Pulumi";
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      return "a number of so many digits is rounded";
  }
  return undefined;
}
