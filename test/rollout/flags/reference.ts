import { createHash } from "node:crypto";

// The documents' words, taken literally and naively: no tree, only text that shrinks. The innermost brackets become the
// word true or false until one word is left.

type Context = Record<string, string>;

/** What AppConfig's agent answers for a flag of a document, by the document's words. */
export function referenceAnswer(document: string, key: string, context: Context): unknown {
  const value = JSON.parse(document).values[key];
  if (!value._variants) return value.enabled ? value : { enabled: false };
  for (const { name, enabled, rule, attributeValues } of value._variants) {
    // "The variant at the top of the list is evaluated first. If no rules match ..., returns the Default variant."
    if (rule && !referenceTruth(rule, context, key)) continue;
    return enabled
      ? { _variant: name, enabled: true, ...attributeValues }
      : { _variant: name, enabled: false };
  }
  throw new Error("no default");
}

export function referenceTruth(rule: string, context: Context, flag: string): boolean {
  // Texts are put aside, so that what they hold isn't taken for brackets or spaces.
  const texts: string[] = [];
  let rest = rule.replace(/"(?:[^"\\]|\\.)*"/g, (text) => `"${texts.push(JSON.parse(text)) - 1}"`);
  while (/\(/.test(rest)) {
    rest = rest.replace(/\(([^()]*)\)/, (_, inner: string) =>
      String(truth(words(inner), context, flag, texts)),
    );
  }
  return rest.trim() === "true";
}

/** `by::$userId` and `[1, 2]` are one word each. */
function words(inner: string): string[] {
  return inner
    .replace(/\s*::\s*/g, "::")
    .replace(/\[[^\]]*\]/g, (list) => list.replace(/\s+/g, ""))
    .trim()
    .split(/\s+/);
}

function truth([operator, ...operands]: string[], context: Context, flag: string, texts: string[]): boolean {
  const named = (name: string) => operands.find((word) => word.startsWith(`${name}::`))?.split("::")[1];
  const text = (word: string) => texts[Number(word.slice(1, -1))]!;
  const plain = (word: string) =>
    word.startsWith("$") ? context[word.slice(1)] : word.startsWith('"') ? text(word) : word;
  const [a = "", b = ""] = operands;
  switch (operator) {
    case "and":
      return !operands.includes("false");
    case "or":
      return operands.includes("true");
    case "not":
      return a === "false";
    case "eq":
      return compared(a, b, plain) === 0;
    case "gt":
      return compared(a, b, plain) === 1;
    case "lt":
      return compared(a, b, plain) === -1;
    case "gte":
      return [0, 1].includes(compared(a, b, plain)!);
    case "lte":
      return [0, -1].includes(compared(a, b, plain)!);
    case "begins_with":
      return plain(a) !== undefined && plain(a)!.indexOf(text(b)) === 0;
    case "ends_with":
      return plain(a) !== undefined && plain(a)!.slice(-text(b).length || Infinity) === text(b);
    case "contains":
      return plain(a) !== undefined && plain(a)!.indexOf(text(b)) > -1;
    case "in":
      return b
        .slice(1, -1)
        .split(",")
        .some((each) => compared(a, each, plain) === 0);
    case "matches":
      return (
        plain(named("in")!) !== undefined &&
        plain(named("in")!)!.search(new RegExp(text(named("pattern")!), "u")) >= 0
      );
    case "exists":
      return Object.keys(context).includes(text(named("key")!));
    case "split": {
      const value = plain(named("by")!);
      const seed = named("seed");
      return value !== undefined && place(value, seed && text(seed), flag) < Number(named("pct"));
    }
  }
  throw new Error(`no operator ${operator}`);
}

/** -1, 0, 1, or undefined when the two can't be compared. The constant, which stands right, says as what. */
function compared(a: string, b: string, plain: (word: string) => string | undefined): number | undefined {
  const left = plain(a);
  const right = plain(b);
  if (left === undefined || right === undefined) return undefined;
  if (/^["$]/.test(b)) return left < right ? -1 : left > right ? 1 : 0;
  if (b === "true" || b === "false") return left === right ? 0 : undefined;
  const number = (text: string) =>
    /^-?\d/.test(text) && !Number.isNaN(Number(text)) ? Number(text) : undefined;
  const moment = (text: string) => (/^\d{4}-/.test(text) ? new Date(text).getTime() : undefined);
  const read = number(b) === undefined ? moment : number;
  const difference = (read(left) ?? Number.NaN) - read(right)!;
  return Number.isNaN(difference) ? undefined : Math.sign(difference);
}

/** The project's own hash, worked out another way: from the digest's hexadecimal digits. */
function place(value: string, seed: string | undefined, flag: string): number {
  const text = seed === undefined ? `["flag",${JSON.stringify(flag)},` : `["seed",${JSON.stringify(seed)},`;
  const digits = createHash("sha256")
    .update(`${text}${JSON.stringify(value)}]`)
    .digest("hex")
    .slice(0, 12);
  return (100 * Number.parseInt(digits, 16)) / 16 ** 12;
}
