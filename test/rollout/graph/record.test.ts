import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { describe, expect, test } from "vitest";
import { record } from "../../support/mocks.ts";

class Group extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Group", name, {}, opts);
    const vpc = new aws.ec2.Vpc(`${name}-vpc`, { cidrBlock: "10.0.0.0/16" }, { parent: this, protect: true });
    new aws.ec2.Subnet(
      `${name}-subnet`,
      { vpcId: vpc.id, cidrBlock: "10.0.1.0/24", tags: { Name: pulumi.interpolate`of ${vpc.arn}` } },
      { parent: this, ignoreChanges: ["tags"], aliases: [{ name: "old" }] },
    );
    this.registerOutputs({});
  }
}

describe("record", () => {
  test("sees inputs, parent, dependencies and options", async () => {
    const { one } = await record(() => void new Group("beta"));
    const vpc = one("aws:ec2/vpc:Vpc");
    const subnet = one("aws:ec2/subnet:Subnet");
    expect(vpc.urn).toBe("urn:pulumi:beta::rollout::rollout:infra:Group$aws:ec2/vpc:Vpc::beta-vpc");
    expect(vpc.options.protect).toBe(true);
    expect(subnet.inputs).toEqual({
      vpcId: "${beta-vpc.id}",
      cidrBlock: "10.0.1.0/24",
      tags: { Name: "of ${beta-vpc.arn}" },
    });
    expect(subnet.dependencies).toEqual([vpc.urn]);
    expect(subnet.parent).toBe(one("rollout:infra:Group").urn);
    expect(subnet.options).toMatchObject({ ignoreChanges: ["tags"], aliases: [{ name: "old" }] });
  });

  // What each asks of the engine decides what a deletion or a change does.
  test.each<[string, pulumi.CustomResourceOptions]>([
    ["protect", { protect: true }],
    ["retainOnDelete", { retainOnDelete: true }],
    ["deleteBeforeReplace", { deleteBeforeReplace: true }],
    ["deleteBeforeReplace", { deleteBeforeReplace: false }],
    ["ignoreChanges", { ignoreChanges: ["cidrBlock", "tags"] }],
    ["replaceOnChanges", { replaceOnChanges: ["tags"] }],
    ["import", { import: "vpc-1" }],
    ["version", { version: "7.1.0" }],
    ["customTimeouts", { customTimeouts: { create: "5m", update: "6m", delete: "7m" } }],
  ])("sees the option %s: %j", async (name, options) => {
    const { one } = await record(() => void new aws.ec2.Vpc("v", { cidrBlock: "10.0.0.0/16" }, options));
    const seen = one("aws:ec2/vpc:Vpc").options;
    expect(seen[name as keyof typeof seen]).toEqual(options[name as keyof typeof options]);
  });

  test("sees no option where none was given", async () => {
    const { one } = await record(() => void new aws.ec2.Vpc("v", { cidrBlock: "10.0.0.0/16" }));
    expect(Object.keys(one("aws:ec2/vpc:Vpc").options)).toEqual(["version"]);
  });

  test("marks secrets, also those that a type keeps secret by itself", async () => {
    const { one } = await record(() => {
      const password = new random.RandomPassword("p", { length: 20 });
      new aws.ssm.Parameter("s", { type: "SecureString", value: pulumi.interpolate`x ${password.result}` });
    });
    expect(one("aws:ssm/parameter:Parameter").inputs.value).toEqual({ secret: "x ${p.result}" });
  });

  test("knows the outputs that have structure", async () => {
    const { outputs } = await record(() => {
      const certificate = new aws.acm.Certificate("c", { domainName: "a.example", validationMethod: "DNS" });
      return { name: certificate.domainValidationOptions[0]!.resourceRecordName };
    });
    expect(outputs).toEqual({ name: "${c.domainValidationOptions.0.resourceRecordName}" });
  });

  test("answers the invokes that were expected and refuses any other", async () => {
    const program = () => ({ zone: aws.route53.getZoneOutput({ name: "example.com" }).zoneId });
    const invokes = { "aws:route53/getZone:getZone": () => ({ zoneId: "Z1" }) };
    expect((await record(program, { invokes })).outputs).toEqual({ zone: "Z1" });
    await expect(record(program)).rejects.toThrow(
      /unexpected invoke of aws:route53\/getZone:getZone with .*example.com/,
    );
  });

  test("gives the program its stack and config, and starts clean each time", async () => {
    const program = () => ({ region: new pulumi.Config("aws").require("region"), stack: pulumi.getStack() });
    const first = await record(program, { stack: "prod", config: { "aws:region": "eu-west-1" } });
    expect(first.outputs).toEqual({ region: "eu-west-1", stack: "prod" });
    await expect(record(program)).rejects.toThrow(/aws:region/);
    expect((await record(() => void new Group("a"))).resources).toHaveLength(3);
  });

  test("rejects with an error from an apply that nobody awaits", async () => {
    const program = () => {
      const vpc = new aws.ec2.Vpc("v", {});
      vpc.arn.apply(() => {
        throw new Error("thrown where nobody looks");
      });
    };
    await expect(record(program)).rejects.toThrow("thrown where nobody looks");
  });

  test("says what there is when the one asked for is not", async () => {
    const { one } = await record(() => void new Group("beta"));
    expect(() => one("aws:ec2/vpc:Vpc", "other")).toThrow(
      /0 resources .* named other; there are:\n {2}.*beta-vpc/,
    );
  });
});
