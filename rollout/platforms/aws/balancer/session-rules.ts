import type { Rule, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { drainingIn, kindOf, matchesOf, patternsOf, sessionsIn } from "../../../../infra/sessions/rules.ts";
import { member } from "../../../../infra/sure.ts";
import type { Weights } from "../../../core/weights.ts";
import { UserError } from "../../../errors.ts";

/** A rule of the listener that reads the browsers' cookies, as the stack's state has it. */
export interface RecordedRule {
  urn: string;
  arn: string;
  track: string;
  patterns: string[];
}

/** The track without weight that keeps its sessions, by the rules as they are. */
export function drainingBy(
  rules: readonly Pick<RecordedRule, "track" | "patterns">[],
  weights: Weights,
): string | undefined {
  return drainingIn(matchesOf(rules), weights);
}

/** What the listener's rules for sessions are to match at these weights, by ARN; the one that never changes isn't among them. */
function rulesFor(
  recorded: readonly RecordedRule[],
  weights: Weights,
  draining: string | undefined,
): Map<string, string[]> {
  const sessions = sessionsIn(matchesOf(recorded));
  if (!sessions) return new Map();
  const wanted = patternsOf({ ...sessions, draining }, weights);
  return new Map(
    recorded.flatMap(({ arn, track, patterns: [pattern = ""] }) => {
      const kind = kindOf(pattern);
      return kind === undefined ? [] : [[arn, member(wanted, track)[kind]]];
    }),
  );
}

/**
 * Whether the rules that keep browsers with a version (infra/sessions/rules.ts) fit the weights: else some browsers still go
 * where the weights don't lead.
 *
 * @param rules the listener's
 * @returns the track without weight that keeps its sessions, if one does
 * @throws {UserError} when they don't fit
 */
export function drainingUnlessWrong(
  recorded: readonly RecordedRule[],
  rules: readonly Rule[],
  weights: Weights,
): string | undefined {
  const real = patternsIn(rules);
  const draining = drainingBy(
    recorded.map(({ arn, track }) => ({ track, patterns: real.get(arn) ?? [] })),
    weights,
  );
  const [wrong] = wrongIn(real, rulesFor(recorded, weights, draining));
  if (!wrong) return draining;
  const { track } = recorded.find(({ arn }) => arn === wrong.arn) as RecordedRule;
  throw new UserError(
    `a rule of the listener that keeps browsers with ${track} doesn't fit its weights: ${wrong.arn}`,
  );
}

/**
 * What each rule that isn't right is to look for, by ARN.
 *
 * @param draining the track without weight that is to keep its sessions; by default nothing drains
 */
export function sessionConditions(
  recorded: readonly RecordedRule[],
  rules: readonly Rule[],
  weights: Weights,
  draining?: string,
): Map<string, RuleCondition[]> {
  const wrong = wrongIn(patternsIn(rules), rulesFor(recorded, weights, draining));
  return new Map(wrong.map(({ arn, patterns }) => [arn, [conditionOf(patterns)]]));
}

/** By ARN, of those that look for expressions. */
function patternsIn(rules: readonly Rule[]): Map<string, string[]> {
  return new Map(
    rules.flatMap(({ RuleArn = "", Conditions: [condition] = [] }): [string, string[]][] => {
      const patterns = condition?.HttpHeaderConfig?.RegexValues ?? condition?.RegexValues ?? [];
      return patterns.length > 0 ? [[RuleArn, patterns]] : [];
    }),
  );
}

/** Those that match something else, with what they are to match. */
function wrongIn(
  real: ReadonlyMap<string, string[]>,
  wanted: ReadonlyMap<string, string[]>,
): { arn: string; patterns: string[] }[] {
  return [...wanted]
    .filter(([arn, patterns]) => real.get(arn)?.toSorted().join() !== patterns.toSorted().join())
    .map(([arn, patterns]) => ({ arn, patterns }));
}

function conditionOf(patterns: string[]): RuleCondition {
  return {
    Field: "http-header",
    HttpHeaderConfig: { HttpHeaderName: "cookie", RegexValues: patterns },
  };
}
