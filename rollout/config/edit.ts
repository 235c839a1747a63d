import { isDeepStrictEqual } from "node:util";
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
} from "yaml";
import { last } from "../../infra/sure.ts";
import { yamlValue } from "../../infra/yaml.ts";
import { UserError } from "../errors.ts";

/** One value in a config file, such as `["rollout:tracks", "blue", "weight"]` below `config`. */
export interface Edit {
  path: string[];
  value: number | boolean | string | readonly string[];
}

/**
 * A stack's config with some values changed and every other byte as it was: comments, spaces, order.
 * A key that is not there yet goes behind the last one beside it.
 *
 * @param root where the paths begin; by default where a stack's config file has its config
 * @throws {UserError} when it isn't YAML, or a value isn't where it should be
 */
export function edited(text: string, edits: readonly Edit[], file: string, root = ["config"]): string {
  return edits.reduce((before, edit) => withEdit(before, edit, file, root), text);
}

function withEdit(text: string, { path, value }: Edit, file: string, root: string[]): string {
  const document = parsed(text, file);
  const whole = [...root, ...path];
  const node = document.getIn(whole, true);
  if (isScalar(node) && node.range) {
    if (node.value === value) return text;
    return text.slice(0, node.range[0]) + written(value) + text.slice(node.range[1]);
  }
  const isList = Array.isArray(value) && isSeq(node);
  if (isList && isDeepStrictEqual(node.toJS(document), value)) return text;
  if (isList && node.flow && node.range)
    return text.slice(0, node.range[0]) + written(value) + text.slice(node.range[1]);
  if (node !== undefined && !isList) throw new UserError(`${file}: ${path.join(".")} is not a plain value`);
  try {
    document.setIn(whole, value);
    const set = document.getIn(whole, true);
    if (isCollection(set)) set.flow = true;
  } catch {
    throw new UserError(`${file}: ${path.slice(0, -1).join(".")} is not a map`);
  }
  const wanted = document.toJS();
  const beside = parseDocument(text).getIn(whole.slice(0, -1));
  const added = isMap(beside) ? withKey(text, beside, last(whole), value) : text;
  if (isSame(added, wanted)) return added;
  // Where it isn't enough to add a line, as in an empty map, the whole file is written anew: comments stay, but may
  // move.
  return document.toString(STYLE);
}

const STYLE = { lineWidth: 0, flowCollectionPadding: true };

function parsed(text: string, file: string): Document {
  const document = parseDocument(text);
  const [mistake] = document.errors;
  if (mistake) throw new UserError(`${file}: ${mistake.message}`);
  try {
    yamlValue(document);
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}`);
  }
  return document;
}

/** The same text without some keys. The lines of a removed key go with it. */
export function removed(text: string, paths: readonly string[][], file: string): string {
  return paths.reduce((before, path) => without(before, path, file), text);
}

function without(text: string, path: string[], file: string): string {
  const document = parsed(text, file);
  const map = document.getIn(path.slice(0, -1));
  if (!isMap(map) || !map.has(path.at(-1))) return text;
  const pair = map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1));
  const cut = pair && !map.flow ? withoutLines(text, pair) : text;
  map.delete(path.at(-1));
  return isSame(cut, document.toJS()) ? cut : document.toString(STYLE);
}

function withoutLines(text: string, { key, value }: Pair): string {
  if (!isNode(key) || !isNode(value) || !key.range || !value.range) return text;
  const from = text.lastIndexOf("\n", key.range[0]) + 1;
  const end = text.indexOf("\n", text.slice(0, value.range[1]).trimEnd().length);
  return text.slice(0, from) + (end < 0 ? "" : text.slice(end + 1));
}

function withKey(text: string, map: YAMLMap, key: string, value: Edit["value"]): string {
  const [first, last] = [map.items[0]?.key, map.items.at(-1)?.value];
  if (!isNode(first) || !isNode(last) || !first.range || !last.range) return text;
  const pair = `${key}: ${written(value)}`;
  const end = text.slice(0, last.range[1]).trimEnd().length;
  if (map.flow) return `${text.slice(0, end)}, ${pair}${text.slice(end)}`;
  const newline = text.indexOf("\n", end);
  const lineEnd = newline < 0 ? text.length : newline;
  const indent = first.range[0] - (text.lastIndexOf("\n", first.range[0] - 1) + 1);
  return `${text.slice(0, lineEnd)}\n${" ".repeat(indent)}${pair}${text.slice(lineEnd)}`;
}

/** On one line, as it stands behind its key. A word such as `on`, which other readers of YAML take for true, is quoted. */
function written(value: Edit["value"]): string {
  const style = { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 } as const;
  return stringify(value, { version: "1.1", ...style }).trimEnd();
}

function isSame(text: string, wanted: unknown): boolean {
  const document = parseDocument(text);
  return document.errors.length === 0 && isDeepStrictEqual(document.toJS(), wanted);
}
