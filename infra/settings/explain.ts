import type { z } from "zod";

/** One mistake in a document: where it is (`tracks.green.weight`, `steps[0]`) and the rule it breaks. */
export interface Mistake {
  path: string;
  rule: string;
}

/**
 * What a zod error says, for the person who wrote the document: one mistake for each finding, and one for each unknown
 * key where an object has several.
 *
 * @param document what was parsed, to tell a key that is missing from one that is wrong
 */
export function explained(error: z.ZodError, document: unknown): Mistake[] {
  return error.issues.flatMap((issue) => explain(issue, document));
}

function explain(issue: z.core.$ZodIssue, document: unknown): Mistake[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: dotted([...issue.path, key]), rule: "unknown key" }));
  }
  if (issue.code === "invalid_key") {
    return issue.issues.map(({ message }) => ({ path: dotted(issue.path), rule: message }));
  }
  const inside = branchOf(issue);
  if (inside) {
    return inside.flatMap((each) => explain({ ...each, path: [...issue.path, ...each.path] }, document));
  }
  const missing = issue.path.length > 0 && at(document, issue.path) === undefined;
  const rule = issue.message === ZODS_LAST ? NOT_ALLOWED : issue.message;
  return [{ path: dotted(issue.path), rule: missing ? `is missing: ${rule}` : rule }];
}

/** What zod says where neither the schema nor we have a word. */
const ZODS_LAST = "Invalid input";

/** Of a choice between kinds of value that has no rule of its own: what is wrong with the kind that was meant, else which there are. */
function branchOf(issue: z.core.$ZodIssue): z.core.$ZodIssue[] | undefined {
  if (issue.code !== "invalid_union" || issue.message !== ZODS_LAST) return undefined;
  const another = ({ code, path }: z.core.$ZodIssue) =>
    /^invalid_(type|value)$/.test(code) && path.length === 0;
  const meant = issue.errors.filter((branch) => !branch.some(another));
  if (meant.length > 0) return meant.length === 1 ? meant[0] : issue.errors.at(-1);
  const rules = issue.errors.flatMap((branch) => branch.filter(another).slice(0, 1));
  const [one] = rules;
  const kinds = [...new Set(rules.map(({ message }) => message.replace(/^must be /, "")))];
  return one && [{ ...one, message: `must be ${kinds.join(" or ")}` }];
}

const KINDS: Readonly<Record<string, string>> = {
  object: "a map of keys",
  record: "a map of keys",
  array: "a list",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/** What a schema's own words leave to zod, in ours. To be given where a document is parsed. */
export function ownWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? "of another kind"}`;
    case "invalid_value":
      return `must be ${issue.values.map((each) => JSON.stringify(each)).join(" or ")}`;
    case "too_small":
      return bound(issue.origin, issue.minimum, "more");
    case "too_big":
      return bound(issue.origin, issue.maximum, "less");
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
    case "invalid_element":
    case "custom":
      return NOT_ALLOWED;
    // The kinds of a choice, and what a key breaks, are told of each: see explain.
    default:
      return undefined;
  }
}

const NOT_ALLOWED = "isn't allowed here";
const COUNTED: Readonly<Record<string, string>> = { array: "entries", string: "letters", object: "keys" };

function bound(origin: string, limit: number | bigint, side: "more" | "less"): string {
  const what = COUNTED[origin];
  return what ? `must have ${limit} ${what} or ${side}` : `must be ${limit} or ${side}`;
}

function at(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    document,
  );
}

function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text ? `${text}.${String(key)}` : String(key);
  }, "");
}

/** Lines and letters that a message shows of a file's mistakes: a screen, whatever is in the file. */
const MOST = { lines: 20, letters: 300 };

/** What an error says of a file: how many mistakes it has, and a line for each as far as a screen holds them. */
export function mistakesText(file: string, mistakes: readonly string[]): string {
  const count = mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`;
  const left = mistakes.length - MOST.lines;
  const cut = (line: string) => (line.length > MOST.letters ? `${line.slice(0, MOST.letters)}...` : line);
  const shown = mistakes.slice(0, MOST.lines).map((mistake) => cut(`  ${mistake}`));
  return [`${file} has ${count}:`, ...shown, ...(left > 0 ? [`  and ${left} more`] : [])].join("\n");
}
