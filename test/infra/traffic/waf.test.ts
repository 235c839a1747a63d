import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { maintenancePage } from "../../../infra/traffic/maintenance-page.ts";
import { WebFirewall, type WebFirewallArgs } from "../../../infra/traffic/waf.ts";
import { changed } from "../../support/changed.ts";
import { type Recording, record } from "../../support/mocks.ts";

const ACL = "aws:wafv2/webAcl:WebAcl";

function waf(change: Partial<WebFirewallArgs> = {}): Promise<Recording> {
  return record(() => {
    new WebFirewall("beta", {
      balancerArn: "arn:balancer",
      behindProxy: false,
      requestsPerMinute: 150,
      maintenance: false,
      operatorToken: pulumi.secret("s3cret"),
      domain: "beta.example.com",
      ...change,
    });
  });
}

// biome-ignore lint/suspicious/noExplicitAny: a rule has many shapes
function rules(recording: Recording): any[] {
  return recording.one(ACL).inputs.rules;
}

const open = await waf();
const closed = await waf({ maintenance: true });

test("it filters the balancer's requests and lets through what no rule names", () => {
  expect(open.one(ACL).inputs).toMatchObject({ scope: "REGIONAL", defaultAction: { allow: {} } });
  expect(open.one("aws:wafv2/webAclAssociation:WebAclAssociation").inputs).toEqual({
    resourceArn: "arn:balancer",
    webAclArn: "${beta-waf.arn}",
  });
});

describe("maintenance", () => {
  test("gives everybody without the operators' token 503, the page, and when to come back", () => {
    const first = rules(closed).at(-1)!;
    expect(first).toMatchObject({ name: "maintenance", priority: 0 });
    expect(first.action.block.customResponse).toEqual({
      responseCode: 503,
      customResponseBodyKey: "maintenance",
      responseHeaders: [{ name: "Retry-After", value: "300" }],
    });
    expect(first.statement.notStatement.statement.byteMatchStatement).toEqual({
      fieldToMatch: { singleHeader: { name: "x-rollout-operator" } },
      positionalConstraint: "EXACTLY",
      searchString: { secret: "s3cret" },
      textTransformations: [{ priority: 0, type: "NONE" }],
    });
  });

  test("its token stays secret in what AWS returns and in the samples that the console shows", () => {
    const { inputs, options } = closed.one(ACL);
    expect(options.additionalSecretOutputs).toContain("rules");
    expect(JSON.stringify(inputs).replaceAll('{"secret":"s3cret"}', "")).not.toContain("s3cret");
    expect(inputs.dataProtectionConfig.dataProtections).toEqual([
      {
        action: "SUBSTITUTION",
        field: { fieldType: "SINGLE_HEADER", fieldKeys: ["authorization", "x-rollout-operator"] },
      },
      { action: "SUBSTITUTION", field: { fieldType: "SINGLE_COOKIE" } },
    ]);
  });

  test("off, there is no rule for it and no token", () => {
    expect(rules(open).map(({ name }) => name)).not.toContain("maintenance");
    expect(JSON.stringify(open.resources)).not.toContain("s3cret");
  });

  test("on or off, only the web ACL differs, and in it one rule", () => {
    expect(changed(open, closed)).toEqual([`${ACL} beta-waf`]);
    const { rules: withOne, ...rest } = closed.one(ACL).inputs;
    const { rules: without, ...same } = open.one(ACL).inputs;
    expect(rest).toEqual(same);
    expect(withOne.slice(0, -1)).toEqual(without);
  });

  test("the page names the domain, fetches nothing and fits into 4 KB", () => {
    const [body] = closed.one(ACL).inputs.customResponseBodies;
    expect(body).toEqual({
      key: "maintenance",
      contentType: "TEXT_HTML",
      content: maintenancePage("beta.example.com"),
    });
    expect(body.content).toContain("beta.example.com");
    expect(body.content).not.toMatch(/src=|href=|url\(/);
    expect(Buffer.byteLength(maintenancePage("x".repeat(253)))).toBeLessThan(4096);
  });
});

test("one address may make five minutes' worth of requests in five minutes, then gets 429", () => {
  const rate = rules(open).find(({ name }) => name === "rate");
  expect(rate.statement.rateBasedStatement).toEqual({
    aggregateKeyType: "IP",
    evaluationWindowSec: 300,
    limit: 750,
  });
  expect(rate.action.block.customResponse).toEqual({
    responseCode: 429,
    responseHeaders: [{ name: "Retry-After", value: "300" }],
  });
});

test("behind a proxy of the team's the address is what that says, not the proxy's own", async () => {
  const { statement } = rules(await waf({ behindProxy: true })).find(({ name }) => name === "rate");
  expect(statement.rateBasedStatement).toMatchObject({
    aggregateKeyType: "FORWARDED_IP",
    forwardedIpConfig: { headerName: "X-Forwarded-For", fallbackBehavior: "MATCH" },
  });
});

test("AWS's rule groups block, but not uploads for being longer than 8 KiB", () => {
  const groups = rules(open).filter(({ statement }) => statement.managedRuleGroupStatement);
  expect(groups.map(({ name, overrideAction }) => [name, overrideAction])).toEqual([
    ["AWSManagedRulesCommonRuleSet", { none: {} }],
    ["AWSManagedRulesKnownBadInputsRuleSet", { none: {} }],
    ["AWSManagedRulesAmazonIpReputationList", { none: {} }],
  ]);
  expect(groups.map(({ statement }) => statement.managedRuleGroupStatement.ruleActionOverrides)).toEqual([
    ["BODY", "Cookie_HEADER", "QUERYSTRING", "URIPATH"].map((part) => ({
      name: `SizeRestrictions_${part}`,
      actionToUse: { count: {} },
    })),
    undefined,
    undefined,
  ]);
});

test("every rule has a place and a metric of its own", () => {
  const each = rules(closed);
  expect(each.map(({ priority }) => priority)).toEqual([1, 2, 3, 4, 0]);
  const metrics = each.map(({ visibilityConfig }) => visibilityConfig);
  expect(new Set(metrics.map(({ metricName }) => metricName)).size).toBe(each.length);
  expect(metrics.every(({ cloudwatchMetricsEnabled }) => cloudwatchMetricsEnabled)).toBe(true);
});
