import { isIP } from "node:net";
import { cohortOf, isCohortPlace } from "../../../../../infra/traffic/forward.ts";
import { trackOf } from "./describe-split.ts";
import type { Inputs } from "./inputs.ts";
import type { ConditionModel, LedModel } from "./model.ts";

/**
 * The listener's rules that lead testers and cohorts to a track.
 *
 * @param rules the rules' inputs in the order in which AWS tries them
 */
export function ledBy(rules: Inputs[], trackNames: Map<string, string>): LedModel[] {
  return rules.map((rule) => ({
    name: rule.resource.name,
    track: forwardedTo(rule, trackNames),
    conditions: rule.at("conditions").list().map(conditionOf),
    ...(isCohort(rule) && { cohort: cohortOf(rule.resource.urn) }),
  }));
}

export function isCohort(rule: Inputs): boolean {
  return isCohortPlace(rule.at("priority").number());
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

function conditionOf(condition: Inputs): ConditionModel {
  const [kind, other] = condition.keys();
  if (other) condition.cannotPlay("plays conditions of one kind each");
  switch (kind) {
    case "httpHeader":
      return headerCondition(condition.at("httpHeader"));
    case "hostHeader":
      return { reads: "host", as: "patterns", values: textsIn(condition.at("hostHeader.values")) };
    case "pathPattern":
      return { reads: "path", as: "patterns", values: textsIn(condition.at("pathPattern.values")) };
    case "sourceIp":
      return { reads: "source", as: "ranges", values: rangesIn(condition.at("sourceIp.values")) };
    default:
      return condition.cannotPlay("plays conditions on httpHeader, hostHeader, pathPattern and sourceIp");
  }
}

function headerCondition(header: Inputs): ConditionModel {
  const name = header.at("httpHeaderName").text().toLowerCase();
  if (!/^[a-z0-9-]+$/.test(name)) header.at("httpHeaderName").fail("must be a header's name");
  const expressions = header.at("regexValues");
  if (expressions.present)
    return { reads: { header: name }, as: "expressions", values: expressions.list().map(expressionOf) };
  return { reads: { header: name }, as: "patterns", values: textsIn(header.at("values")) };
}

/** As AWS takes it, and without a space, where a map of HAProxy ends a key. */
export function expressionOf(value: Inputs): string {
  const expression = value.text();
  return /^[!-~]{1,128}$/.test(expression)
    ? expression
    : value.fail("must be 1 to 128 printable characters without a space");
}

function textsIn(values: Inputs): string[] {
  return values
    .list()
    .map((value) => (/^[ -~]+$/.test(value.text()) ? value.text() : value.fail("must be printable ASCII")));
}

function rangesIn(values: Inputs): string[] {
  return values.list().map((value) => {
    const [address = "", bits = ""] = value.text().split("/");
    return isIP(address) > 0 && /^\d{1,3}$/.test(bits)
      ? value.text()
      : value.fail("must be an address range");
  });
}
