import { first, nth } from "../../../infra/sure.ts";
import { instantOf } from "./instant.ts";
import { type Constant, type FlagRule, type Operand, ORDERS, TEXT_TESTS } from "./model.ts";
import { patternOf } from "./pattern.ts";
import { RuleError, type Token, tokensOf } from "./tokens.ts";

/**
 * Reads a variant's rule, such as `(and (eq $state "Virginia") (gt $age 65))`.
 *
 * Source: AWS AppConfig User Guide, "Defining rules for multi-variant feature flags".
 *
 * @throws {RuleError} when it isn't one
 */
export function parseRule(rule: string): FlagRule {
  const parser = new Parser(rule);
  const parsed = parser.rule();
  parser.expect("end");
  return parsed;
}

/** What stands between an operator and its closing bracket: by position, and by name (`pct::10`). */
interface Operands {
  operator: Token;
  unnamed: (Operand | Constant[])[];
  named: Map<string, Operand | Constant[]>;
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
/** The document shows two brackets deep; a rule nested without end must not use up the stack. */
const DEEPEST = 100;

class Parser {
  readonly #rule: string;
  readonly #tokens: Token[];
  #next = 0;
  #depth = 0;

  constructor(rule: string) {
    this.#rule = rule;
    this.#tokens = tokensOf(rule);
  }

  expect(kind: Token["kind"]): Token {
    const token = nth(this.#tokens, this.#next);
    if (token.kind !== kind) {
      const found = token.kind === "end" ? "the end" : token.text;
      const wanted = { end: "the end", word: "an operator" }[kind as string] ?? kind;
      throw new RuleError(this.#rule, token.at, `expected ${wanted}, found ${found}`);
    }
    this.#next += 1;
    return token;
  }

  rule(): FlagRule {
    const { at } = this.expect("(");
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new RuleError(this.#rule, at, "the brackets are nested too deep");
    const operator = this.expect("word");
    const operands: Operands = { operator, unnamed: [], named: new Map() };
    while (this.#peek.kind !== ")") this.#operandInto(operands);
    this.expect(")");
    this.#depth -= 1;
    return this.#made(operands);
  }

  get #peek(): Token {
    return nth(this.#tokens, this.#next);
  }

  #operandInto({ named, unnamed }: Operands): void {
    const name = this.#peek;
    if (name.kind !== "word" || nth(this.#tokens, this.#next + 1).kind !== "::") {
      unnamed.push(this.#operand());
      return;
    }
    if (named.has(name.text)) this.#fail(name, `${name.text} is given twice`);
    this.#next += 2;
    named.set(name.text, this.#operand());
  }

  #operand(): Operand | Constant[] {
    const token = this.#peek;
    if (token.kind === "(") return this.rule();
    if (token.kind === "[") return this.#list();
    if (token.kind !== "context") return this.#constant();
    this.#next += 1;
    return { kind: "context", key: token.text };
  }

  #list(): Constant[] {
    this.expect("[");
    const list: Constant[] = [];
    while (this.#peek.kind !== "]") {
      if (list.length > 0) this.expect(",");
      list.push(this.#constant());
    }
    this.expect("]");
    return list;
  }

  #constant(): Constant {
    const token = this.#peek;
    if (token.kind === "text") {
      this.#next += 1;
      return { kind: "text", value: token.text };
    }
    const { text } = this.expect("word");
    if (text === "true" || text === "false") return { kind: "boolean", value: text === "true" };
    if (NUMBER.test(text)) {
      // 2024 is a number, 2024-01 a month: a timestamp has a dash, as the document's examples have.
      return { kind: "number", value: Number(text) };
    }
    const value = instantOf(text);
    if (value === undefined) return this.#fail(token, `${text} is no number, timestamp, true or false`);
    return { kind: "time", value };
  }

  #made(operands: Operands): FlagRule {
    const kind = operands.operator.text;
    if (kind === "and" || kind === "or") return { kind, rules: this.#rules(operands) };
    if (kind === "not") return { kind, rule: this.#asRule(operands, first(this.#positional(operands, 1))) };
    if (kind === "eq" || isOne(ORDERS, kind)) {
      const [left, right] = this.#two(operands);
      return { kind, left: this.#single(operands, left), right: this.#single(operands, right) };
    }
    if (isOne(TEXT_TESTS, kind)) {
      const [of, part] = this.#two(operands);
      return { kind, of: this.#single(operands, of), part: this.#text(operands, part) };
    }
    if (kind === "in") {
      const [of, list] = this.#two(operands);
      if (!Array.isArray(list)) this.#fail(operands.operator, "in needs a list such as [1, 2]");
      return { kind, of: this.#single(operands, of), list: list as Constant[] };
    }
    if (kind === "exists") {
      const { key } = this.#named(operands, ["key"]);
      return { kind, key: this.#text(operands, key) };
    }
    if (kind === "matches") {
      const { in: of, pattern } = this.#named(operands, ["in", "pattern"]);
      return {
        kind,
        of: this.#single(operands, of),
        pattern: this.#pattern(operands, this.#text(operands, pattern)),
      };
    }
    if (kind === "split") return this.#split(operands);
    return this.#fail(operands.operator, `there is no operator ${kind}`);
  }

  #split(operands: Operands): FlagRule {
    const { pct, by, seed } = this.#named(operands, ["pct", "by"], ["seed"]);
    if (Array.isArray(pct) || pct.kind !== "number" || pct.value < 0 || pct.value > 100) {
      return this.#fail(operands.operator, "pct must be a number from 0 to 100");
    }
    return {
      kind: "split",
      percent: pct.value,
      by: this.#single(operands, by),
      ...(seed && { seed: this.#text(operands, seed) }),
    };
  }

  #rules(operands: Operands): FlagRule[] {
    const { unnamed, operator } = operands;
    if (unnamed.length < 2) this.#fail(operator, `${operator.text} needs two expressions`);
    return this.#positional(operands, unnamed.length).map((each) => this.#asRule(operands, each));
  }

  #positional({ operator, unnamed, named }: Operands, count: number): (Operand | Constant[])[] {
    if (named.size > 0 || unnamed.length !== count) {
      this.#fail(operator, `${operator.text} needs ${count === 1 ? "one operand" : `${count} operands`}`);
    }
    return unnamed;
  }

  #two(operands: Operands) {
    return this.#positional(operands, 2) as [Operand | Constant[], Operand | Constant[]];
  }

  #named<N extends string, O extends string = never>(
    { operator, unnamed, named }: Operands,
    needed: N[],
    others: O[] = [],
  ) {
    const known = [...named.keys()].every((name) => [...needed, ...others].some((each) => each === name));
    if (!known || unnamed.length > 0 || !needed.every((name) => named.has(name))) {
      this.#fail(operator, `${operator.text} needs ${needed.map((name) => `${name}::`).join(" and ")}`);
    }
    return Object.fromEntries(named) as Record<N, Operand | Constant[]> &
      Partial<Record<O, Operand | Constant[]>>;
  }

  #single({ operator }: Operands, operand: Operand | Constant[]): Operand {
    if (Array.isArray(operand)) return this.#fail(operator, `${operator.text} takes no list here`);
    return operand;
  }

  #text({ operator }: Operands, operand: Operand | Constant[]): string {
    if (!Array.isArray(operand) && operand.kind === "text") return operand.value;
    return this.#fail(operator, `${operator.text} needs a text in double quotes`);
  }

  #pattern({ operator }: Operands, text: string): RegExp {
    try {
      return patternOf(text);
    } catch (error) {
      return this.#fail(operator, (error as Error).message);
    }
  }

  #asRule({ operator }: Operands, operand: Operand | Constant[]): FlagRule {
    if (!Array.isArray(operand) && isRule(operand)) return operand;
    return this.#fail(operator, `${operator.text} needs expressions in brackets`);
  }

  #fail({ at }: Token, problem: string): never {
    throw new RuleError(this.#rule, at, problem);
  }
}

export function isRule(operand: Operand): operand is FlagRule {
  return !["text", "number", "boolean", "time", "context"].includes(operand.kind);
}

function isOne<T extends string>(all: readonly T[], word: string): word is T {
  return (all as readonly string[]).includes(word);
}
