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
  return [{ path: dotted(issue.path), rule: missing ? `is missing: ${issue.message}` : issue.message }];
}

/** Of a choice between kinds of value that has no rule of its own: what is wrong with the kind that was meant, else which there are. */
function branchOf(issue: z.core.$ZodIssue): z.core.$ZodIssue[] | undefined {
  if (issue.code !== "invalid_union" || issue.message !== "Invalid input") return undefined;
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
  if (issue.code === "invalid_type") {
    const kind = KINDS[issue.expected];
    return kind && `must be ${kind}`;
  }
  if (issue.code === "invalid_value")
    return `must be ${issue.values.map((each) => JSON.stringify(each)).join(" or ")}`;
  if (issue.code === "too_small")
    return issue.origin === "array" ? `must have ${issue.minimum} or more` : undefined;
  return undefined;
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
