import type { Rule, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { isCohortPlace } from "../../../../infra/traffic/forward.ts";

/** A cohort's rule of the listener, as the stack's state has it. */
export interface RecordedCohort {
  urn: string;
  arn: string;
  cohort: string;
}

/** One that leads somebody. */
export interface OpenRule {
  arn: string;
  targetGroupArn: string;
}

/** A name that nobody's requests have: it is reserved for that (RFC 2606, section 2). */
const NOBODY = "cohort-closed.invalid";

/** Those that lead somebody, by their places, so that one is found which the state doesn't know yet. */
export function openRules(rules: readonly Rule[]): OpenRule[] {
  return rules.flatMap(openIn);
}

/** Each that is open is to match nobody, by ARN. The next `up` takes the rule away, as the config says by then. */
export function closedConditions(rules: readonly Rule[]): Map<string, RuleCondition[]> {
  const nobody = { Field: "host-header", HostHeaderConfig: { Values: [NOBODY] } };
  return new Map(openRules(rules).map(({ arn }) => [arn, [nobody]]));
}

function openIn({ RuleArn = "", Priority = "", Conditions = [], Actions = [] }: Rule): OpenRule[] {
  if (!isCohortPlace(Number(Priority))) return [];
  if (Conditions.some(({ HostHeaderConfig }) => HostHeaderConfig?.Values?.includes(NOBODY))) return [];
  const [action] = Actions;
  const targetGroupArn =
    action?.TargetGroupArn ?? action?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn ?? "";
  return [{ arn: RuleArn, targetGroupArn }];
}
