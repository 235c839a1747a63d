import { isScalar, parseDocument, stringify } from "yaml";
import { UserError } from "../errors.ts";

/** One value in a stack's config file, such as `["rollout:tracks", "blue", "weight"]` below `config`. */
export interface Edit {
  path: string[];
  value: number | boolean | string;
}

/**
 * A stack's config with some values changed and every other byte as it was: comments, spaces, order.
 * Only a key that is not there yet makes the file be written anew, its comments kept.
 *
 * @throws {UserError} when it isn't YAML, or a value isn't where it should be
 */
export function edited(text: string, edits: readonly Edit[], file: string): string {
  return edits.reduce((before, edit) => withEdit(before, edit, file), text);
}

function withEdit(text: string, { path, value }: Edit, file: string): string {
  const document = parseDocument(text);
  const [mistake] = document.errors;
  if (mistake) throw new UserError(`${file}: ${mistake.message}`);
  const whole = ["config", ...path];
  const node = document.getIn(whole, true);
  if (isScalar(node) && node.range) {
    if (node.value === value) return text;
    return text.slice(0, node.range[0]) + stringify(value).trimEnd() + text.slice(node.range[1]);
  }
  if (node !== undefined) throw new UserError(`${file}: ${path.join(".")} is not a plain value`);
  try {
    document.setIn(whole, value);
  } catch {
    throw new UserError(`${file}: ${path.slice(0, -1).join(".")} is not a map`);
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
