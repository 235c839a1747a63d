/** What the caller sends along, all of it text: AppConfig's agent takes it from request headers. */
export type Context = Readonly<Record<string, string>>;

/**
 * The operands of AWS AppConfig User Guide, "Defining rules for multi-variant feature flags". Integers and floats are
 * both doubles here, so an integer is exact up to 2^53 only.
 */
export type Operand =
  | { kind: "text"; value: string }
  | { kind: "number"; value: number }
  | { kind: "boolean"; value: boolean }
  /** A moment, in milliseconds since 1970. */
  | { kind: "time"; value: number }
  | { kind: "context"; key: string }
  /** The result of another expression. */
  | FlagRule;

export type Constant = Exclude<Operand, { kind: "context" } | FlagRule>;

export const ORDERS = ["gt", "gte", "lt", "lte"] as const;
export const TEXT_TESTS = ["begins_with", "ends_with", "contains"] as const;

/** A rule, of the operators of the same page. */
export type FlagRule =
  | { kind: "and" | "or"; rules: FlagRule[] }
  | { kind: "not"; rule: FlagRule }
  | { kind: "eq" | (typeof ORDERS)[number]; left: Operand; right: Operand }
  | { kind: (typeof TEXT_TESTS)[number]; of: Operand; part: string }
  | { kind: "in"; of: Operand; list: Constant[] }
  | { kind: "matches"; of: Operand; pattern: RegExp }
  | { kind: "exists"; key: string }
  | { kind: "split"; percent: number; by: Operand; seed?: string };
