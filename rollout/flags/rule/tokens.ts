import { nth } from "../../../infra/sure.ts";

/** A rule that AppConfig would not take: where it goes wrong and how. */
export class RuleError extends Error {
  override name = "RuleError";

  constructor(rule: string, at: number, problem: string) {
    super(`${problem} at character ${at + 1} of ${rule}`);
  }
}

export interface Token {
  kind: "(" | ")" | "[" | "]" | "," | "::" | "text" | "context" | "word" | "end";
  /** A text without its quotes and escapes, a context key without its `$`, a word as it stands. */
  text: string;
  at: number;
}

/** Words are operators, names of operands (`pct::`), numbers, timestamps, `true` and `false`. */
const WORD = /[^\s()[\]",$]+?(?=::|[\s()[\]",$]|$)/y;
const KEY = /[A-Za-z_][A-Za-z0-9_.-]*/y;

/**
 * Splits a variant's rule into tokens. The documents show strings in double quotes; their escapes are JSON's.
 *
 * @throws {RuleError}
 */
export function tokensOf(rule: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp, from: number) => {
    pattern.lastIndex = from;
    return pattern.exec(rule)?.[0];
  };
  while (at < rule.length) {
    const character = nth(rule, at);
    if (/\s/.test(character)) {
      at += 1;
    } else if (rule.startsWith("::", at)) {
      tokens.push({ kind: "::", text: "::", at });
      at += 2;
    } else if (/[()[\],]/.test(character)) {
      tokens.push({ kind: character as Token["kind"], text: character, at });
      at += 1;
    } else if (character === '"') {
      const end = endOfText(rule, at);
      tokens.push({ kind: "text", text: unescaped(rule, at, end), at });
      at = end;
    } else if (character === "$") {
      const key = match(KEY, at + 1);
      if (!key) throw new RuleError(rule, at, "a context key is missing behind $");
      tokens.push({ kind: "context", text: key, at });
      at += 1 + key.length;
    } else {
      const word = match(WORD, at);
      if (!word) throw new RuleError(rule, at, `${character} has no place here`);
      tokens.push({ kind: "word", text: word, at });
      at += word.length;
    }
  }
  return [...tokens, { kind: "end", text: "", at }];
}

function endOfText(rule: string, start: number): number {
  for (let at = start + 1; at < rule.length; at += 1) {
    if (rule[at] === "\\") at += 1;
    else if (rule[at] === '"') return at + 1;
  }
  throw new RuleError(rule, start, "a text has no closing quote");
}

function unescaped(rule: string, start: number, end: number): string {
  try {
    return JSON.parse(rule.slice(start, end)) as string;
  } catch {
    throw new RuleError(rule, start, "a text has an escape that isn't known");
  }
}
