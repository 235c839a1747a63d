import { describe, expect, test } from "vitest";
import { Balancer, type BalancerArgs } from "../../../infra/traffic/balancer.ts";
import { changed } from "../../support/changed.ts";
import { type Recording, record } from "../../support/mocks.ts";

const LISTENER = "aws:lb/listener:Listener";
const RULE = "aws:lb/listenerRule:ListenerRule";
const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";

function tracks(weights: Record<string, number>): BalancerArgs["tracks"] {
  return Object.entries(weights).map(([name, weight]) => ({
    name,
    weight,
    targetGroupArn: `arn:${name}`,
    servers: [] as never,
  }));
}

function balancer(change: Partial<BalancerArgs> = {}): Promise<Recording> {
  return record(() => {
    const { arn, arnSuffix, dnsName, zoneId, listenerArn } = new Balancer("beta", {
      domain: "beta.example.com",
      zoneId: "Z1",
      accountId: "123456789012",
      subnetIds: ["subnet-a", "subnet-b"],
      securityGroupId: "sg-1",
      certificateArn: "arn:certificate",
      tracks: tracks({ blue: 90, green: 10 }),
      cohorts: {},
      sessions: undefined,
      timeout: "60s",
      deletionProtection: true,
      webFirewall: "managed",
      ...change,
    });
    return { arn, arnSuffix, dnsName, zoneId, listenerArn };
  });
}

const SESSIONS = { stable: "blue", tags: { blue: "blue.0000aaaa", green: "green.0000bbbb" } };

const recorded = await balancer();
const sticky = await balancer({ sessions: SESSIONS });

describe("listeners", () => {
  test("plain HTTP is only redirected, for good", () => {
    expect(recorded.one(LISTENER, "beta-http").inputs).toMatchObject({
      port: 80,
      protocol: "HTTP",
      defaultActions: [
        { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
      ],
    });
  });

  test("HTTPS speaks TLS 1.2 and 1.3 only, with the stack's certificate", () => {
    expect(recorded.one(LISTENER, "beta-https").inputs).toMatchObject({
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
      certificateArn: "arn:certificate",
    });
    expect(recorded.of(LISTENER)).toHaveLength(2);
  });

  test("traffic is split by the weights, and no client sticks unless asked", () => {
    expect(recorded.one(LISTENER, "beta-https").inputs.defaultActions).toEqual([
      {
        type: "forward",
        forward: {
          targetGroups: [
            { arn: "arn:blue", weight: 90 },
            { arn: "arn:green", weight: 10 },
          ],
          stickiness: { enabled: false, duration: 1 },
        },
      },
    ]);
  });
});

describe("a change of weight", () => {
  test.each([
    ["a shift", { blue: 75, green: 25 }],
    ["a track taken out", { blue: 100, green: 0 }],
    ["the other track promoted", { blue: 0, green: 100 }],
  ])("%s changes the HTTPS listener and nothing else", async (_what, weights) => {
    const after = await balancer({ tracks: tracks(weights) });
    expect(changed(recorded, after)).toEqual([`${LISTENER} beta-https`]);
  });

  test.each([
    ["a shift", { blue: 75, green: 25 }, ["green-bucket"]],
    ["a track taken out", { blue: 100, green: 0 }, ["green-bucket", "green-session"]],
    ["the other track promoted", { blue: 0, green: 100 }, ["blue-session", "green-bucket"]],
  ])("%s with sessions changes what their rules match, and nothing else", async (_what, weights, rules) => {
    const after = await balancer({ tracks: tracks(weights), sessions: SESSIONS });
    expect(changed(sticky, after)).toEqual([
      `${LISTENER} beta-https`,
      ...rules.map((rule) => `${RULE} beta-${rule}`),
    ]);
    for (const rule of rules) {
      const [before, now] = [sticky, after].map((each) => each.one(RULE, `beta-${rule}`).inputs);
      expect({ ...now, conditions: 0 }).toEqual({ ...before, conditions: 0 });
    }
  });

  test("AWS is told the new weights: they are never ignored", () => {
    for (const { name, options } of recorded.resources) expect(options.ignoreChanges, name).toBeUndefined();
  });
});

describe("testers", () => {
  test("reach each track by header or cookie, and that track only", () => {
    const ways = recorded.of(RULE).map(({ name, inputs }) => {
      const [{ httpHeader }] = inputs.conditions;
      const [{ targetGroupArn }] = inputs.actions;
      expect([inputs.conditions.length, inputs.actions.length], name).toEqual([1, 1]);
      return `${name}: ${httpHeader.httpHeaderName} -> ${targetGroupArn}`;
    });
    expect(ways.toSorted()).toEqual([
      "beta-blue-cookie: cookie -> arn:blue",
      "beta-blue-header: x-rollout-track -> arn:blue",
      "beta-green-cookie: cookie -> arn:green",
      "beta-green-header: x-rollout-track -> arn:green",
    ]);
    for (const { inputs } of recorded.of(RULE)) expect(inputs.listenerArn).toBe("${beta-https.arn}");
  });

  test("reach a track at weight 0, which keeps it attached and its health checked", async () => {
    const dark = await balancer({ tracks: tracks({ blue: 100, green: 0 }) });
    expect(JSON.stringify(dark.one(LISTENER, "beta-https").inputs)).not.toContain("arn:green");
    expect(dark.one(RULE, "beta-green-header").inputs.actions[0].targetGroupArn).toBe("arn:green");
  });

  test("keep their rules when a track is added before them", async () => {
    const after = await balancer({ tracks: tracks({ amber: 0, blue: 90, green: 10 }) });
    for (const { name, inputs } of recorded.of(RULE)) expect(after.one(RULE, name).inputs).toEqual(inputs);
  });
});

describe("sessions", () => {
  const rules = sticky.of(RULE).filter(({ inputs }) => inputs.conditions[0].httpHeader.regexValues);

  test("are asked after the testers, tracks by session first, and the rest last", () => {
    const named = rules.toSorted((a, b) => a.inputs.priority - b.inputs.priority).map(({ name }) => name);
    expect(named.map((name) => name.replace(/-(blue|green)-/, "-T-"))).toEqual([
      ...["beta-T-session", "beta-T-session", "beta-T-bucket", "beta-T-bucket", "beta-bucket"],
    ]);
    const testers = sticky.of(RULE).filter((rule) => !rules.includes(rule));
    const last = Math.max(...testers.map(({ inputs }) => inputs.priority));
    for (const { inputs } of rules) {
      expect(inputs.priority).toBeGreaterThan(last);
      expect(inputs.priority).toBeLessThanOrEqual(50_000);
    }
  });

  test("fit ALB: one condition of three expressions at most, each of 128 characters at most", () => {
    for (const { inputs } of rules) {
      expect(inputs.conditions).toHaveLength(1);
      const { httpHeaderName, regexValues } = inputs.conditions[0].httpHeader;
      expect(httpHeaderName).toBe("cookie");
      expect(regexValues.length).toBeLessThanOrEqual(3);
    }
  });

  test("another stable track is told before the rules of the tracks: no browser is sent to the last one between", () => {
    const [rest, ...others] = rules.toSorted((a, b) => a.name.length - b.name.length);
    expect(rest!.inputs.actions[0].targetGroupArn).toBe("arn:blue");
    for (const { dependencies } of others) expect(dependencies).toContain(rest!.urn);
  });
});

describe("the balancer", () => {
  test("is public, in the given subnets and group, and protected", () => {
    expect(recorded.one("aws:lb/loadBalancer:LoadBalancer").inputs).toMatchObject({
      loadBalancerType: "application",
      internal: false,
      ipAddressType: "dualstack",
      subnets: ["subnet-a", "subnet-b"],
      securityGroups: ["sg-1"],
      enableHttp2: true,
      idleTimeout: 65,
      clientKeepAlive: 3600,
      dropInvalidHeaderFields: true,
      xffHeaderProcessingMode: "append",
      enableDeletionProtection: true,
    });
  });

  test("has a name of Pulumi's making, so that a replacement can stand beside it", () => {
    const { inputs } = recorded.one("aws:lb/loadBalancer:LoadBalancer");
    expect(inputs).not.toHaveProperty("name");
    expect("beta-alb-1234567".length).toBeLessThanOrEqual(32);
  });

  test("answers to the domain over IPv4 and IPv6", () => {
    const records = recorded.of("aws:route53/record:Record").map(({ inputs }) => inputs);
    expect(records.map(({ type }) => type).toSorted()).toEqual(["A", "AAAA"]);
    for (const { zoneId, name, aliases } of records) {
      expect([zoneId, name]).toEqual(["Z1", "beta.example.com"]);
      expect(aliases).toEqual([
        { name: "${beta-alb.dnsName}", zoneId: "${beta-alb.zoneId}", evaluateTargetHealth: false },
      ]);
    }
    expect(recorded.outputs).toEqual({
      arn: "${beta-alb.arn}",
      arnSuffix: "${beta-alb.arnSuffix}",
      dnsName: "${beta-alb.dnsName}",
      zoneId: "${beta-alb.zoneId}",
      listenerArn: "${beta-https.arn}",
    });
  });
});

describe("access logs", () => {
  const log = (kind: string) =>
    recorded.one(`aws:s3/${kind[0]!.toLowerCase()}${kind.slice(1)}:${kind}`).inputs;

  test("are written, and the bucket's policy is there before the balancer", () => {
    const { inputs, dependencies } = recorded.one("aws:lb/loadBalancer:LoadBalancer");
    expect(inputs.accessLogs).toEqual({ bucket: "${beta-access-logs.bucket}", enabled: true });
    expect(dependencies).toContain(recorded.one(BUCKET_POLICY).urn);
  });

  test("are closed to the public in all four ways, and to other accounts' ACLs", () => {
    expect(log("BucketPublicAccessBlock")).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(log("BucketOwnershipControls").rule).toEqual({ objectOwnership: "BucketOwnerEnforced" });
  });

  test("are encrypted, the one way that ALB can write", () => {
    expect(log("BucketServerSideEncryptionConfiguration").rules).toEqual([
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ]);
  });

  test("expire after 30 days", () => {
    expect(log("BucketLifecycleConfiguration").rules).toMatchObject([
      { status: "Enabled", filter: { prefix: "AWSLogs/" }, expiration: { days: 30 } },
    ]);
  });

  test("come from this account's balancers only, and nothing moves without TLS", () => {
    const { Statement } = JSON.parse(log("BucketPolicy").policy);
    expect(Statement).toEqual([
      {
        Sid: "BalancerWritesLogs",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: "${beta-access-logs.arn}/AWSLogs/123456789012/*",
      },
      {
        Sid: "OnlyOverTls",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["${beta-access-logs.arn}", "${beta-access-logs.arn}/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  test("are deleted with their bucket only where the balancer isn't protected", async () => {
    const loose = await balancer({ deletionProtection: false });
    expect(log("Bucket").forceDestroy).toBe(false);
    expect(loose.one("aws:s3/bucket:Bucket").inputs.forceDestroy).toBe(true);
  });
});

describe("cohorts", () => {
  const COHORTS = {
    acme: { to: "green", host: ["beta.example.com"], path: ["/acme/*"] },
    some: { to: "green", users: { percent: 20 } },
    later: { to: "none", path: ["/later/*"] },
  };

  test("that are open have a rule each, after the testers and before the sessions; those that are closed none", async () => {
    const led = await balancer({ sessions: SESSIONS, cohorts: COHORTS });
    const own = led.of(RULE).filter(({ name }) => name.includes("-cohort-"));
    expect(own.map(({ name }) => name).toSorted()).toEqual([
      "beta-cohort-acme-rule",
      "beta-cohort-some-rule",
    ]);
    const priority = ({ inputs }: (typeof own)[number]) => inputs.priority;
    const others = led.of(RULE).filter((rule) => !own.includes(rule));
    const sessions = others.filter(({ name }) => /-(session|bucket)$/.test(name)).map(priority);
    const testers = others.filter(({ name }) => /-(header|cookie)$/.test(name)).map(priority);
    for (const each of own.map(priority)) {
      expect(each).toBeGreaterThan(Math.max(...testers));
      expect(each).toBeLessThan(Math.min(...sessions));
    }
    expect(new Set(led.of(RULE).map(priority)).size).toBe(led.of(RULE).length);
    for (const { inputs } of own)
      expect(inputs.actions).toEqual([{ type: "forward", targetGroupArn: "arn:green" }]);
    expect(led.one(RULE, "beta-cohort-acme-rule").inputs.conditions).toEqual([
      { hostHeader: { values: ["beta.example.com"] } },
      { pathPattern: { values: ["/acme/*"] } },
    ]);
  });

  test("that open or close change no other rule, and no weight changes theirs", async () => {
    const led = await balancer({ sessions: SESSIONS, cohorts: COHORTS });
    for (const { name, inputs } of sticky.of(RULE)) expect(led.one(RULE, name).inputs).toEqual(inputs);
    const shifted = await balancer({
      sessions: SESSIONS,
      cohorts: { ...COHORTS, one: { to: "green", path: ["/one"] } },
      tracks: tracks({ blue: 75, green: 25 }),
    });
    for (const name of ["beta-cohort-acme-rule", "beta-cohort-some-rule"])
      expect(shifted.one(RULE, name).inputs).toEqual(led.one(RULE, name).inputs);
  });
});
