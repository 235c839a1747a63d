import { trackOf } from "./describe-split.ts";
import type { Inputs } from "./inputs.ts";
import type { TesterModel } from "./model.ts";

/**
 * The listener's rules, which take testers to a track by a header (a cookie is a header too).
 *
 * @param rules the rules' inputs in the order in which AWS tries them
 */
export function testersOf(rules: Inputs[], trackNames: Map<string, string>): TesterModel[] {
  return rules.map((rule) => ({
    name: rule.resource.name,
    track: forwardedTo(rule, trackNames),
    conditions: rule.at("conditions").list().map(conditionOf),
  }));
}

/** The one track that a rule forwards to. */
export function forwardedTo(rule: Inputs, trackNames: Map<string, string>): string {
  const [action = rule.at("actions").fail("must forward to a track")] = rule.at("actions").list();
  action.at("type").oneOf(["forward"]);
  const groups = action.at("forward.targetGroups").list();
  if (groups.length > 1)
    action.at("forward.targetGroups").fail("the rehearsal plays rules that forward to one track");
  return trackOf(groups[0]?.at("arn") ?? action.at("targetGroupArn"), trackNames);
}

function conditionOf(condition: Inputs): TesterModel["conditions"][number] {
  const [kind, other] = condition.keys();
  if (kind !== "httpHeader" || other) condition.cannotPlay("plays conditions on httpHeader");
  const header = condition.at("httpHeader");
  const name = header.at("httpHeaderName").text().toLowerCase();
  if (!/^[a-z0-9-]+$/.test(name)) header.at("httpHeaderName").fail("must be a header's name");
  return {
    header: name,
    patterns: header
      .at("values")
      .list()
      .map((value) => (/^[ -~]+$/.test(value.text()) ? value.text() : value.fail("must be printable ASCII"))),
  };
}
