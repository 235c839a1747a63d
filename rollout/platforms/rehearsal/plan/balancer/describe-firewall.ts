import { createHash } from "node:crypto";
import type { Graph } from "../../../../graph/model.ts";
import { ofType } from "../../../../graph/resources.ts";
import { type Resolve, textOf } from "../../../../graph/text.ts";
import { TYPES } from "../../../../graph/types.ts";
import { Inputs } from "./inputs.ts";
import type { FirewallModel, MaintenanceModel, RateModel } from "./model.ts";

/** Header fields of a custom response that config.ts can set while the balancer runs. */
export const RESPONSE_HEADERS = ["retry-after", "cache-control"] as const;

const CONTENT_TYPES: Record<string, string> = {
  TEXT_HTML: "text/html",
  TEXT_PLAIN: "text/plain",
  APPLICATION_JSON: "application/json",
};

/** The web ACL in front of a load balancer; nothing when none is associated with it. */
export function firewallOf(graph: Graph, balancerUrn: string, resolve: Resolve): FirewallModel {
  const model: FirewallModel = { unplayed: [] };
  const association = ofType(graph, TYPES.webAclAssociation)
    .map(Inputs.of)
    .find((inputs) => inputs.at("resourceArn").reference() === balancerUrn);
  if (!association) return model;
  const urn = association.at("webAclArn").reference();
  const resource = ofType(graph, TYPES.webAcl).find((acl) => acl.urn === urn);
  const acl = resource ? Inputs.of(resource) : association.at("webAclArn").fail("refers to no web ACL");
  if (!acl.at("defaultAction.allow").present)
    acl.at("defaultAction").cannotPlay("plays web ACLs that allow by default");
  for (const rule of byPriority(acl)) readRule(rule, acl, resolve, model);
  return model;
}

function byPriority(acl: Inputs): Inputs[] {
  return acl
    .at("rules")
    .list()
    .sort((a, b) => a.at("priority").number() - b.at("priority").number());
}

function readRule(rule: Inputs, acl: Inputs, resolve: Resolve, model: FirewallModel): void {
  const [kind] = rule.at("statement").keys();
  if (kind === "managedRuleGroupStatement") {
    model.unplayed.push(rule.at("statement.managedRuleGroupStatement.name").text());
  } else if (kind === "rateBasedStatement") {
    if (model.rate) rule.fail("the rehearsal plays one rate rule");
    model.rate = rateOf(rule, acl);
  } else if (kind === "notStatement") {
    // The order is fixed in config.ts: a request that maintenance stops isn't counted by the rate rule.
    if (model.maintenance || model.rate)
      rule.fail("the rehearsal plays one maintenance rule, before the rate rule");
    model.maintenance = maintenanceOf(rule, acl, resolve);
  } else {
    rule.at("statement").cannotPlay("plays maintenance, rate rules and managed groups");
  }
}

/** Block everybody but those with a header. */
function maintenanceOf(rule: Inputs, acl: Inputs, resolve: Resolve): MaintenanceModel {
  const match = rule.at("statement.notStatement.statement.byteMatchStatement");
  if (!match.present) rule.at("statement.notStatement.statement").cannotPlay("plays a byteMatchStatement");
  match.at("positionalConstraint").oneOf(["EXACTLY"]);
  for (const change of match.at("textTransformations").list()) change.at("type").oneOf(["NONE"]);
  const { status, headers, contentType, body } = blockOf(rule, acl);
  if (status !== 503) rule.fail(`the rehearsal plays maintenance as 503, not ${status}`);
  if (contentType !== "text/html") rule.fail(`the rehearsal plays a page in HTML, not ${contentType}`);
  const header = match.at("fieldToMatch.singleHeader.name").text().toLowerCase();
  const token = textOf(match.at("searchString").value, resolve);
  const passDigest = createHash("sha256").update(token).digest("hex").toUpperCase();
  return { passHeader: header, passDigest, headers, body };
}

function rateOf(rule: Inputs, acl: Inputs): RateModel {
  const statement = rule.at("statement.rateBasedStatement");
  statement.at("aggregateKeyType").oneOf(["IP", "FORWARDED_IP"], "IP");
  if (statement.at("scopeDownStatement").present)
    statement.at("scopeDownStatement").cannotPlay("plays rate rules for all requests");
  return {
    requests: statement.at("limit").number(),
    windowSeconds: statement.at("evaluationWindowSec").number(300),
    ...blockOf(rule, acl),
  };
}

/** A rule's Block action, with its custom response if it has one (AWS WAF, "Custom responses for Block actions"). */
function blockOf(rule: Inputs, acl: Inputs) {
  if (!rule.at("action.block").present) rule.at("action").cannotPlay("plays rules that block");
  const response = rule.at("action.block.customResponse");
  const key = response.at("customResponseBodyKey");
  const body = acl
    .at("customResponseBodies")
    .list()
    .find((each) => key.present && each.at("key").text() === key.text());
  if (key.present && !body) key.cannotPlay("finds the page among customResponseBodies");
  return {
    status: response.at("responseCode").number(403),
    headers: Object.fromEntries(
      response
        .at("responseHeaders")
        .list()
        .map((header) => [headerNameOf(header), header.at("value").text()]),
    ),
    contentType: body ? (CONTENT_TYPES[body.at("contentType").text()] ?? "text/plain") : "text/plain",
    body: body?.at("content").text() ?? "",
  };
}

function headerNameOf(header: Inputs): string {
  const name = header.at("name").text().toLowerCase();
  return (
    RESPONSE_HEADERS.find((known) => known === name) ??
    header.at("name").cannotPlay(`sends ${RESPONSE_HEADERS.join(" and ")}`)
  );
}
