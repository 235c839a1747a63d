import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { expect, test } from "vitest";
import { POLICY_IDS } from "../../../infra/policy/index.ts";
import type { Waiver } from "../../../infra/policy/judge.ts";
import { packPolicies } from "../../../infra/policy/pack/policies.ts";

const TODAY = "2026-11-21";
const DATABASE = "aws:rds/instance:Instance";
const TOPIC = "aws:sns/topic:Topic";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";

test("the pack has every rule once, and two about waivers", () => {
  const names = packPolicies([], TODAY).map(({ name }) => name);
  expect(names.toSorted()).toEqual([...POLICY_IDS, "waivers-in-time", "waivers-needed"].sort());
});

test("a rule about one resource reports it, and leaves others alone", () => {
  const args = alone(DATABASE, "beta-database", { storageEncrypted: false });
  expect(reported("database-encrypted", args)).toEqual([
    [
      expect.stringMatching(/^beta-database: storageEncrypted is false\. A copied disk/),
      "urn:pulumi:beta::rollout::aws:rds/instance:Instance::beta-database",
    ],
  ]);
  expect(reported("database-encrypted", alone(TOPIC, "beta-p1", {}))).toEqual([]);
});

test("Pulumi's protect option is seen", () => {
  const args = alone(DATABASE, "beta-database", {});
  expect(reported("data-protected", args)).toHaveLength(1);
  args.opts.protect = true;
  expect(reported("data-protected", args)).toEqual([]);
});

test("a value that isn't known yet breaks nothing, at any depth", () => {
  expect(reported("database-encrypted", alone(DATABASE, "x", unknown("storageEncrypted")))).toEqual([]);
  const template = alone("aws:ec2/launchTemplate:LaunchTemplate", "x", {
    metadataOptions: unknown("httpTokens"),
  });
  expect(reported("servers-imdsv2", template)).toEqual([]);
});

test("a rule about the graph follows what the engine says depends on what", () => {
  const topic = together(TOPIC, "beta-p1");
  const subscription = together(SUBSCRIPTION, "beta-p1-email", { topic: [topic] });
  const other = together(TOPIC, "beta-p2");
  expect(reportedOf("topics-reach-people", [topic, subscription, other])).toEqual([
    [expect.stringMatching(/^beta-p2: nobody is subscribed/), other.urn],
  ]);
});

test("a waiver holds back the report, and once it has ended is one itself", () => {
  const waiver: Waiver = {
    policy: "database-encrypted",
    resource: "beta-database",
    reason: "It is being restored from an encrypted copy",
    until: TODAY,
  };
  const args = alone(DATABASE, "beta-database", { storageEncrypted: false });
  expect(reported("database-encrypted", args, [waiver])).toEqual([]);
  expect(reportedOf("waivers-in-time", [], [waiver])).toEqual([]);
  expect(reportedOf("waivers-needed", [], [waiver])).toEqual([
    [expect.stringContaining("Nothing needs the waiver of database-encrypted for beta-database"), undefined],
  ]);

  const ended = { ...waiver, until: "2026-11-20" };
  expect(reported("database-encrypted", args, [ended])).toHaveLength(1);
  expect(reportedOf("waivers-in-time", [], [ended])).toEqual([
    [expect.stringContaining("ended on 2026-11-20 (It is being restored"), undefined],
  ]);
  expect(reportedOf("waivers-needed", [], [ended])).toEqual([]);
});

type Report = [message: string, urn: string | undefined];

function reported(name: string, args: ResourceValidationArgs, waivers: Waiver[] = []): Report[] {
  const reports: Report[] = [];
  const policy = packPolicies(waivers, TODAY).find((each) => each.name === name) as ResourceValidationPolicy;
  const validate = policy.validateResource as (args: ResourceValidationArgs, report: unknown) => void;
  validate(args, (message: string, urn?: string) => reports.push([message, urn]));
  return reports;
}

function reportedOf(name: string, resources: PolicyResource[], waivers: Waiver[] = []): Report[] {
  const reports: Report[] = [];
  const policy = packPolicies(waivers, TODAY).find((each) => each.name === name) as StackValidationPolicy;
  const args = { resources } as Parameters<StackValidationPolicy["validateStack"]>[0];
  policy.validateStack(args, ((message: string, urn?: string) => reports.push([message, urn])) as never);
  return reports;
}

function alone(type: string, name: string, props: Record<string, unknown>): ResourceValidationArgs {
  const urn = `urn:pulumi:beta::rollout::${type}::${name}`;
  return { urn, type, name, props, opts: { protect: false } } as ResourceValidationArgs;
}

function together(type: string, name: string, propertyDependencies: Record<string, PolicyResource[]> = {}) {
  return { ...alone(type, name, {}), dependencies: [], propertyDependencies } as unknown as PolicyResource;
}

/** Properties as @pulumi/policy gives them in a preview: reading one that isn't known throws. */
function unknown(property: string): Record<string, unknown> {
  return Object.defineProperty({}, property, {
    enumerable: true,
    get: () => {
      throw new Error(`string value at .${property} can't be known during preview`);
    },
  });
}
