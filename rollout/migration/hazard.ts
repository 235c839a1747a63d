import { type HazardEffect, RULES, type RuleName } from "./rules.ts";

export interface Hazard {
  rule: RuleName;
  effect: HazardEffect;
  /** `migrations/4.sql:12`, or the table that was seen. */
  where: string;
  /** What was found, as a sentence without a full stop. */
  what: string;
  /** What to do in its place. */
  instead: string;
  /** Who says so. */
  source: string;
}

export function hazard(rule: RuleName, where: string, what?: string): Hazard {
  const { effect, title, instead, source } = RULES[rule];
  return { rule, effect, where, what: what ?? title, instead, source };
}

/** Each rule once at each place. */
export function eachOnce(all: readonly Hazard[]): Hazard[] {
  return [...new Map(all.map((each) => [`${each.rule} ${each.where}`, each])).values()];
}
