import { first } from "../../infra/sure.ts";
import type { AlarmState, CompositeRule } from "./model.ts";

const STATES = ["ALARM", "OK", "INSUFFICIENT_DATA"] as const;

const TOKEN = /\s*(?:"([^"]*)"|([()])|([^\s()",]+)|(,))/y;

interface Token {
  text: string;
  quoted: boolean;
}

/** @throws {SyntaxError} that names what isn't understood or isn't played */
export function parseRule(text: string): CompositeRule {
  const tokens = tokensOf(text);
  const rule = anyOf(tokens);
  if (tokens.length > 0) throw new SyntaxError(`unexpected ${first(tokens).text} in ${text}`);
  return rule;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const match = pattern.exec(text);
    if (!match) throw new SyntaxError(`a quotation mark isn't closed in ${text}`);
    const [, quoted, bracket, word, comma] = match;
    tokens.push({ text: quoted ?? bracket ?? word ?? comma ?? "", quoted: quoted !== undefined });
  }
  return tokens;
}

function anyOf(tokens: Token[]): CompositeRule {
  let left = allOf(tokens);
  while (take(tokens, "OR")) left = { is: "or", left, right: allOf(tokens) };
  return left;
}

function allOf(tokens: Token[]): CompositeRule {
  let left = one(tokens);
  while (take(tokens, "AND")) left = { is: "and", left, right: one(tokens) };
  return left;
}

function one(tokens: Token[]): CompositeRule {
  if (take(tokens, "NOT")) return { is: "not", of: one(tokens) };
  if (take(tokens, "(")) {
    const inner = anyOf(tokens);
    close(tokens);
    return inner;
  }
  const token = tokens.shift();
  if (token === undefined) throw new SyntaxError("the rule ends too early");
  if (!token.quoted && (token.text === "TRUE" || token.text === "FALSE"))
    return { is: "constant", value: token.text === "TRUE" };
  const state = STATES.find((name) => name === token.text);
  if (!state || token.quoted) throw new SyntaxError(`${token.text} isn't played in a rule`);
  if (!take(tokens, "(")) throw new SyntaxError(`${state} needs an alarm in parentheses`);
  const alarm = tokens.shift();
  if (!alarm || (!alarm.quoted && /^[(),]$/.test(alarm.text)))
    throw new SyntaxError(`${state} needs an alarm in parentheses`);
  close(tokens);
  return { is: "state", state, alarm: alarm.text };
}

function take(tokens: Token[], wanted: string): boolean {
  if (tokens[0]?.text !== wanted || tokens[0].quoted) return false;
  tokens.shift();
  return true;
}

function close(tokens: Token[]): void {
  if (!take(tokens, ")")) throw new SyntaxError("a parenthesis isn't closed");
}

/** @param stateOf an alarm's state by its name or ARN */
export function holds(rule: CompositeRule, stateOf: (alarm: string) => AlarmState): boolean {
  switch (rule.is) {
    case "constant":
      return rule.value;
    case "state":
      return stateOf(rule.alarm) === rule.state;
    case "not":
      return !holds(rule.of, stateOf);
    case "and":
      return holds(rule.left, stateOf) && holds(rule.right, stateOf);
    case "or":
      return holds(rule.left, stateOf) || holds(rule.right, stateOf);
  }
}

/** The alarms that a rule names. */
export function alarmsIn(rule: CompositeRule): string[] {
  switch (rule.is) {
    case "constant":
      return [];
    case "state":
      return [rule.alarm];
    case "not":
      return alarmsIn(rule.of);
    default:
      return [...alarmsIn(rule.left), ...alarmsIn(rule.right)];
  }
}
