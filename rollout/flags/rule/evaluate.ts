import { instantOf } from "./instant.ts";
import type { Constant, Context, FlagRule, Operand } from "./model.ts";
import { isRule } from "./parse.ts";
import { bucketOf } from "./split.ts";

/** What a rule is evaluated with. */
export interface Given {
  context: Context;
  /** The flag's key: a split without a seed is the flag's own. */
  flag: string;
}

/**
 * Whether a rule holds.
 *
 * Source: AWS AppConfig User Guide, "Defining rules for multi-variant feature flags". A context value that wasn't sent
 * makes its comparison false ("If the context doesn't include an account ID ... returns the Default"), and `not` makes
 * that true. What a context value, which is always text, is compared as isn't documented; here it is the constant's
 * type: with 65 as a number, with "65" as text, with true as the word, with a timestamp as a moment. A value that can't
 * be read so makes the comparison false. Texts are compared as they are, upper and lower case apart.
 */
export function holds(rule: FlagRule, given: Given): boolean {
  switch (rule.kind) {
    case "and":
      return rule.rules.every((each) => holds(each, given));
    case "or":
      return rule.rules.some((each) => holds(each, given));
    case "not":
      return !holds(rule.rule, given);
    case "exists":
      return sent(given.context, rule.key) !== undefined;
    case "in":
      return rule.list.some((constant) => equal(rule.of, constant, given));
    case "eq":
      return equal(rule.left, rule.right, given);
    case "split": {
      const value = textOf(rule.by, given);
      return value !== undefined && bucketOf(value, rule.seed, given.flag) < rule.percent;
    }
    case "begins_with":
      return textOf(rule.of, given)?.startsWith(rule.part) ?? false;
    case "ends_with":
      return textOf(rule.of, given)?.endsWith(rule.part) ?? false;
    case "contains":
      return textOf(rule.of, given)?.includes(rule.part) ?? false;
    case "matches": {
      const text = textOf(rule.of, given);
      return text !== undefined && rule.pattern.test(text);
    }
    default:
      return inOrder(rule.kind, rule.left, rule.right, given);
  }
}

/** Own keys only: a context that lacks `constructor` must not find Object's. */
function sent(context: Context, key: string): string | undefined {
  return Object.hasOwn(context, key) ? context[key] : undefined;
}

function textOf(operand: Operand, given: Given): string | undefined {
  if (operand.kind === "context") return sent(given.context, operand.key);
  return String(isRule(operand) ? holds(operand, given) : operand.value);
}

function equal(left: Operand, right: Operand, given: Given): boolean {
  const [a, b] = comparable(left, right, given);
  return a !== undefined && a === b;
}

function inOrder(kind: "gt" | "gte" | "lt" | "lte", left: Operand, right: Operand, given: Given): boolean {
  const [a, b] = comparable(left, right, given);
  if (a === undefined || b === undefined) return false;
  if (a === b) return kind === "gte" || kind === "lte";
  // Booleans are equal or not; neither is the greater.
  if (typeof a === "boolean") return false;
  return a > b === (kind === "gt" || kind === "gte");
}

type Plain = string | number | boolean | undefined;

/** Both sides in one type, the constant's; undefined for a side that can't be read so. */
function comparable(left: Operand, right: Operand, given: Given): [Plain, Plain] {
  const type = typeOf(right) ?? typeOf(left) ?? "text";
  return [as(type, left, given), as(type, right, given)];
}

function typeOf(operand: Operand): Constant["kind"] | undefined {
  if (operand.kind === "context") return undefined;
  return isRule(operand) ? "boolean" : operand.kind;
}

function as(type: Constant["kind"], operand: Operand, given: Given): Plain {
  if (operand.kind !== "context") {
    if (isRule(operand)) return type === "boolean" ? holds(operand, given) : undefined;
    return operand.kind === type ? operand.value : undefined;
  }
  const text = sent(given.context, operand.key);
  if (text === undefined || type === "text") return text;
  if (type === "number") return NUMBER.test(text) ? Number(text) : undefined;
  if (type === "time") return instantOf(text);
  return text === "true" ? true : text === "false" ? false : undefined;
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
