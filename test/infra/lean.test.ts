import { describe, expect, test } from "vitest";
import { schema } from "../../infra/settings/schema.ts";
import { recordStack } from "../support/stacks.ts";

// A stack without what a team does without, or has already. What is gone must be gone everywhere.

const EXISTING = {
  vpc: "vpc-0123456789abcdef0",
  cidr: "10.7.0.0/16",
  public: ["subnet-0a0a0a0a0a0a0a0a0", "subnet-0b0b0b0b0b0b0b0b0"],
  private: ["subnet-0c0c0c0c0c0c0c0c0"],
  data: ["subnet-0d0d0d0d0d0d0d0d0", "subnet-0e0e0e0e0e0e0e0e0"],
};

describe("cache: none", () => {
  test("leaves no word of a cache: no resource, secret, variable, rule, alarm, graph", async () => {
    const all = await recordStack("beta", { cache: "none" });
    const named = all.resources.filter(
      ({ type, name }) => type.startsWith("aws:elasticache") || /cache/.test(name),
    );
    expect(named.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
    expect(JSON.stringify(all.outputs)).not.toMatch(/cache/i);
    const { inputs } = all.one("aws:cloudwatch/dashboard:Dashboard");
    expect(JSON.stringify(inputs)).not.toMatch(/cache/i);
    for (const { inputs } of all.of("aws:s3/bucketObjectv2:BucketObjectv2"))
      expect(inputs.content).not.toMatch(/REDIS|cache-password/);
  });

  test("asks the sample for all but the cache before it gets users", async () => {
    const { SAMPLE_TESTS } = await import("../../infra/settings/schema/asked/smoke.ts");
    const { settled } = await import("../../infra/settings/settled.ts");
    const config = { domain: "a.example.com", stable: "blue", tracks: { blue: { weight: 100 } } };
    const names = (cache: unknown) =>
      settled("beta", "us-east-1", schema.parse({ ...config, cache })).smoke.map(({ name }) => name);
    expect(names({})).toEqual(SAMPLE_TESTS.map(({ name }) => name));
    expect(names("none")).toEqual(names({}).filter((name) => name !== "cache"));
  });
});

describe("webFirewall: none", () => {
  test("leaves the web firewall out, says so on the balancer, and breaks no policy by that", async () => {
    const all = await recordStack("beta", { webFirewall: "none" });
    expect(all.resources.filter(({ type }) => type.startsWith("aws:wafv2"))).toEqual([]);
    expect(all.one("aws:lb/loadBalancer:LoadBalancer").inputs.tags).toEqual({ webFirewall: "none" });
    const managed = await recordStack("beta");
    expect(managed.one("aws:lb/loadBalancer:LoadBalancer").inputs.tags).toBeUndefined();
  });
});

describe("network.existing", () => {
  test("stands in it and makes none of its parts", async () => {
    const all = await recordStack("prod", { network: { existing: EXISTING } });
    const made = all.resources.map(({ type }) => type).filter((type) => type.startsWith("aws:ec2/"));
    expect([...new Set(made)].toSorted()).toEqual([
      "aws:ec2/launchTemplate:LaunchTemplate",
      "aws:ec2/securityGroup:SecurityGroup",
    ]);
    const vpcs = [
      ...all.of("aws:ec2/securityGroup:SecurityGroup"),
      ...all.of("aws:lb/targetGroup:TargetGroup"),
    ].map(({ inputs }) => inputs.vpcId);
    expect(new Set(vpcs)).toEqual(new Set([EXISTING.vpc]));
    expect(all.one("aws:lb/loadBalancer:LoadBalancer").inputs.subnets).toEqual(EXISTING.public);
    for (const { inputs } of all.of("aws:autoscaling/group:Group"))
      expect(inputs.vpcZoneIdentifiers).toEqual(EXISTING.private);
    expect(all.one("aws:rds/subnetGroup:SubnetGroup").inputs.subnetIds).toEqual(EXISTING.data);
    expect(all.one("aws:elasticache/subnetGroup:SubnetGroup").inputs.subnetIds).toEqual(EXISTING.data);
  });

  test("takes requests from its range only", async () => {
    const all = await recordStack("prod", { network: { existing: EXISTING } });
    for (const { inputs } of all.of("aws:s3/bucketObjectv2:BucketObjectv2")) {
      const text = inputs.content;
      expect(text).toContain("ufw allow proto tcp from 10.7.0.0/16 to any port 443");
      expect(text).toContain("set_real_ip_from 10.7.0.0/16;");
      expect(text).not.toContain("10.20.0.0/16");
    }
  });
});

describe("database.existing", () => {
  const existing = {
    instance: "shop-prod",
    securityGroup: "sg-0123456789abcdef0",
    url: { from: "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf", key: "url" },
  };

  test("makes no database and no password, lets the servers in, and takes the app's URL from its secret", async () => {
    const all = await recordStack("prod", { database: { existing } });
    const made = all.resources.map(({ type, name }) => `${type} ${name}`);
    expect(
      made.filter((each) => /aws:rds|database-password|SecurityGroup prod-database$/.test(each)),
    ).toEqual([]);
    const [rule] = all
      .of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .filter(({ inputs }) => inputs.securityGroupId === existing.securityGroup);
    expect(rule!.inputs).toMatchObject({
      fromPort: 5432,
      toPort: 5432,
      referencedSecurityGroupId: "${prod-servers.id}",
    });
    for (const { inputs } of all.of("aws:s3/bucketObjectv2:BucketObjectv2")) {
      const text = inputs.content;
      expect(text).toContain(`DATABASE_URL ${existing.url.from} v1 url`);
      expect(text).not.toMatch(/DATABASE_URL=|database-password/);
    }
  });

  test("backs it up, tries the backups and watches it", async () => {
    const all = await recordStack("prod", { database: { existing } });
    const arn = "arn:aws:rds:us-east-1:123456789012:db:shop-prod";
    expect(all.one("aws:backup/selection:Selection").inputs.resources).toEqual([arn]);
    expect(all.outputs).toMatchObject({
      databaseArn: arn,
      rehearsal: { database: { identifier: "shop-prod" } },
    });
    const alarms = all
      .of("aws:cloudwatch/metricAlarm:MetricAlarm")
      .filter(({ inputs }) => inputs.dimensions?.DBInstanceIdentifier === "shop-prod");
    expect(alarms.length).toBeGreaterThan(3);
  });

  test("leaves DATABASE_URL to nobody else", async () => {
    const app = { environment: { DATABASE_URL: "postgresql://elsewhere/x" } };
    expect(() => recordStack("prod", { database: { existing }, app })).toThrow(
      "rollout:app.environment.DATABASE_URL: is set by the stack itself",
    );
  });
});
