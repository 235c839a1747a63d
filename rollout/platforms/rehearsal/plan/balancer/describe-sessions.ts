import type { SessionRule } from "../../../../../infra/sessions/rules.ts";
import { expressionOf, forwardedTo, isCohort } from "./describe-led.ts";
import type { Inputs } from "./inputs.ts";

/** Whether a listener's rule looks for regular expressions, as those for sessions do, and is no cohort's. */
export function isSessionRule(rule: Inputs): boolean {
  if (isCohort(rule)) return false;
  return rule
    .at("conditions")
    .list()
    .some((condition) => condition.at("httpHeader.regexValues").present);
}

/** A rule on the header `Cookie`, and nothing else. */
export function sessionRuleOf(rule: Inputs, trackNames: Map<string, string>): SessionRule {
  const [condition, other] = rule.at("conditions").list();
  if (!condition || other)
    return rule.fail("the rehearsal plays one condition where it has a regular expression");
  condition.at("httpHeader.httpHeaderName").oneOf(["cookie"]);
  return {
    track: forwardedTo(rule, trackNames),
    patterns: condition.at("httpHeader.regexValues").list().map(expressionOf),
  };
}
