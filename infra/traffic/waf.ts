import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { maintenancePage } from "./maintenance-page.ts";

export interface WebFirewallArgs {
  balancerArn: pulumi.Input<string>;
  /** Whether a proxy of the team's is before the balancer: then the address is what it says. */
  behindProxy: boolean;
  /** Requests that one address may make in a minute, on average over five. */
  requestsPerMinute: number;
  maintenance: boolean;
  /** Who sends it in `x-rollout-operator` passes during maintenance. */
  operatorToken: pulumi.Input<string>;
  domain: string;
}

type Rule = aws.types.input.wafv2.WebAclRule;
type Override = aws.types.input.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverride;

const OPERATOR_HEADER = "x-rollout-operator";
const RATE_WINDOW_SECONDS = 300;
const MAINTENANCE_RETRY_SECONDS = 300;

/**
 * The filter in front of the balancer: maintenance mode, a limit for each address, and AWS's managed rules.
 *
 * Maintenance is here and not in a listener rule because an ALB's fixed response can't carry Retry-After. To switch it
 * changes the web ACL and nothing else.
 */
export class WebFirewall extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: WebFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:WebFirewall", name, {}, opts);

    const acl = new aws.wafv2.WebAcl(
      `${name}-waf`,
      {
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        rules: rules(name, args),
        customResponseBodies: [
          { key: "maintenance", contentType: "TEXT_HTML", content: maintenancePage(args.domain) },
        ],
        // The console shows samples of requests with their headers: not what lets somebody in.
        dataProtectionConfig: {
          dataProtections: [
            masked({ fieldType: "SINGLE_HEADER", fieldKeys: ["authorization", OPERATOR_HEADER] }),
            masked({ fieldType: "SINGLE_COOKIE" }),
          ],
        },
        visibilityConfig: watched(`${name}-waf`),
      },
      // The operators' token is in a rule; what AWS returns must be as secret as what was sent.
      { parent: this, additionalSecretOutputs: ["rules"] },
    );
    new aws.wafv2.WebAclAssociation(
      `${name}-waf`,
      { resourceArn: args.balancerArn, webAclArn: acl.arn },
      { parent: this },
    );

    this.arn = acl.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

/**
 * The maintenance rule is last in the list, and first by its priority. At the end of the list it moves no other rule
 * in a preview when it comes and goes.
 */
function rules(name: string, args: WebFirewallArgs): Rule[] {
  return [
    ratePerAddress(name, args),
    // This rule would block bodies over 8 KiB, and so every upload, and cookies over 10,240 bytes, as identity
    // providers set them; also queries over 2,048 and paths over 1,024. What is too long is said by the settings
    // (nginx) and by the balancer's own quotas.
    managed(
      name,
      2,
      "AWSManagedRulesCommonRuleSet",
      ["BODY", "Cookie_HEADER", "QUERYSTRING", "URIPATH"].map((part) => ({
        name: `SizeRestrictions_${part}`,
        actionToUse: { count: {} },
      })),
    ),
    managed(name, 3, "AWSManagedRulesKnownBadInputsRuleSet"),
    managed(name, 4, "AWSManagedRulesAmazonIpReputationList"),
    ...(args.maintenance ? [maintenance(name, args.operatorToken)] : []),
  ];
}

/** Everybody who doesn't show the operators' token gets 503, the page, and when to come back. */
function maintenance(name: string, operatorToken: pulumi.Input<string>): Rule {
  const isOperator = {
    byteMatchStatement: {
      fieldToMatch: { singleHeader: { name: OPERATOR_HEADER } },
      positionalConstraint: "EXACTLY",
      searchString: operatorToken,
      textTransformations: [{ priority: 0, type: "NONE" }],
    },
  };
  return {
    name: "maintenance",
    priority: 0,
    statement: { notStatement: { statement: isOperator } },
    action: {
      block: {
        customResponse: { ...refusal(503, MAINTENANCE_RETRY_SECONDS), customResponseBodyKey: "maintenance" },
      },
    },
    visibilityConfig: watched(`${name}-maintenance`),
  };
}

/** AWS counts over a window, so a short burst passes here; nginx limits those. */
function ratePerAddress(
  name: string,
  { requestsPerMinute, behindProxy }: Pick<WebFirewallArgs, "requestsPerMinute" | "behindProxy">,
): Rule {
  const forwarded = { headerName: "X-Forwarded-For", fallbackBehavior: "MATCH" };
  return {
    name: "rate",
    priority: 1,
    statement: {
      rateBasedStatement: {
        aggregateKeyType: behindProxy ? "FORWARDED_IP" : "IP",
        ...(behindProxy && { forwardedIpConfig: forwarded }),
        evaluationWindowSec: RATE_WINDOW_SECONDS,
        limit: (requestsPerMinute * RATE_WINDOW_SECONDS) / 60,
      },
    },
    action: { block: { customResponse: refusal(429, RATE_WINDOW_SECONDS) } },
    visibilityConfig: watched(`${name}-rate`),
  };
}

function managed(name: string, priority: number, group: string, overrides: Override[] = []): Rule {
  return {
    name: group,
    priority,
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: group,
        ...(overrides.length > 0 ? { ruleActionOverrides: overrides } : {}),
      },
    },
    // The group's own actions, which block.
    overrideAction: { none: {} },
    visibilityConfig: watched(`${name}-${group}`),
  };
}

function refusal(responseCode: number, retryAfterSeconds: number) {
  return { responseCode, responseHeaders: [{ name: "Retry-After", value: String(retryAfterSeconds) }] };
}

function watched(metricName: string): aws.types.input.wafv2.WebAclVisibilityConfig {
  return { metricName, cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true };
}

/** Without keys every field of the type is masked. */
function masked(field: { fieldType: string; fieldKeys?: string[] }) {
  return { action: "SUBSTITUTION", field };
}
