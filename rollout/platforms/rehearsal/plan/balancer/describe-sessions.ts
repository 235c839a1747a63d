import type { SessionRule } from "../../../../../infra/sessions/rules.ts";
import { forwardedTo } from "./describe-testers.ts";
import type { Inputs } from "./inputs.ts";

/** Whether a listener's rule looks for regular expressions, as those for sessions do. */
export function isSessionRule(rule: Inputs): boolean {
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
    patterns: condition.at("httpHeader.regexValues").list().map(patternOf),
  };
}

/** A map of HAProxy ends a key at the first space. */
function patternOf(value: Inputs): string {
  const pattern = value.text();
  return /^[!-~]{1,128}$/.test(pattern)
    ? pattern
    : value.fail("must be 1 to 128 printable characters without a space");
}
