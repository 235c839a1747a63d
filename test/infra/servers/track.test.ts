import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { architectureOf } from "../../../infra/servers/architecture.ts";
import { Track, type TrackArgs } from "../../../infra/servers/track.ts";
import { record } from "../../support/mocks.ts";
import { userDataText } from "../../support/user-data.ts";

const ARGS: TrackArgs = {
  stack: "beta",
  track: "blue",
  vpcId: "vpc-1",
  subnetIds: ["subnet-a", "subnet-b"],
  securityGroupId: "sg-servers",
  instanceProfileArn: "arn:aws:iam::123456789012:instance-profile/server",
  region: "eu-south-2",
  files: "#cloud-config\nwrite_files: []\n",
  bucket: { bucket: pulumi.output("beta-servers-1234567"), versioning: undefined as never },
  server: { instanceType: "t3.medium", release: "current", diskGiB: 40, cpus: 1.5, memoryMiB: 2560 },
  app: { drain: "60s", startTimeout: "2m", processes: [], buckets: [], permissions: [], assets: [] },
  servers: 1,
  maxServers: 1,
  autoscaling: false,
};
const TARGETS = "aws:lb/targetGroup:TargetGroup";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const GROUP = "aws:autoscaling/group:Group";
const POLICY = "aws:autoscaling/policy:Policy";

const recordTrack = (args: Partial<TrackArgs> = {}) =>
  record(() => {
    new Track("beta-blue", { ...ARGS, ...args });
  });

it("waits for a server as long as its app may take to start", async () => {
  const group = (
    await recordTrack({
      app: { drain: "60s", startTimeout: "10m", processes: [], buckets: [], permissions: [], assets: [] },
    })
  ).one(GROUP).inputs;
  expect(group).toMatchObject({
    waitForCapacityTimeout: "1680s",
    initialLifecycleHooks: [{ heartbeatTimeout: 1380 }],
  });
});

it("waits with a server's end for what its processes hold", async () => {
  const HOOK = "aws:autoscaling/lifecycleHook:LifecycleHook";
  expect((await recordTrack()).of(HOOK)).toEqual([]);
  const worker = {
    kind: "worker" as const,
    name: "worker",
    command: ["x"],
    count: 1,
    follows: "stable" as const,
  };
  const processes = [90, 600].map((stopSeconds) => ({ ...worker, stopSeconds, memoryMiB: 512 }));
  const all = await recordTrack({ app: { ...ARGS.app, processes } });
  expect(all.one(HOOK).inputs).toMatchObject({
    lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
    heartbeatTimeout: 720,
    defaultResult: "CONTINUE",
  });
});

describe("the target group", () => {
  it("speaks TLS to the servers, asks for their health, and drains as long as the settings say", async () => {
    const { inputs } = (
      await recordTrack({
        app: { drain: "2m", startTimeout: "2m", processes: [], buckets: [], permissions: [], assets: [] },
      })
    ).one(TARGETS);
    expect(inputs).toMatchObject({
      vpcId: "vpc-1",
      port: 443,
      protocol: "HTTPS",
      deregistrationDelay: 120,
      slowStart: 30,
      loadBalancingAlgorithmType: "round_robin",
      stickiness: { enabled: false },
      healthCheck: { path: "/health", protocol: "HTTPS", matcher: "200", interval: 5, timeout: 4 },
    });
  });

  it("has no name of its own: a replacement could not be made before the old one is gone", async () => {
    const { inputs } = (await recordTrack()).one(TARGETS);
    expect(inputs).not.toHaveProperty("name");
  });
});

describe("the servers", () => {
  it("have an encrypted disk, no public address, and metadata by token only", async () => {
    const { inputs } = (await recordTrack()).one(TEMPLATE);
    expect(inputs.blockDeviceMappings).toEqual([
      {
        deviceName: "/dev/sda1",
        ebs: { volumeType: "gp3", volumeSize: 40, encrypted: "true", deleteOnTermination: "true" },
      },
    ]);
    expect(inputs.networkInterfaces).toMatchObject([
      { associatePublicIpAddress: "false", securityGroups: ["sg-servers"] },
    ]);
    expect(inputs.metadataOptions).toEqual({
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    });
    expect(inputs.iamInstanceProfile).toEqual({ arn: ARGS.instanceProfileArn });
    const text = userDataText(inputs.userData);
    // Where the files are, which version of them, and what they must be.
    const digest = createHash("sha256")
      .update(ARGS.files as string)
      .digest("hex");
    for (const part of ["beta-servers-1234567", "blue.yaml", "${beta-blue.versionId}", digest])
      expect(text).toContain(part);
    expect((await recordTrack()).one("aws:s3/bucketObjectv2:BucketObjectv2").inputs).toMatchObject({
      key: "blue.yaml",
      content: ARGS.files,
    });
  });

  it.each([
    ["t3.medium", "amd64"],
    ["t4g.small", "arm64"],
  ])("on %s run Ubuntu LTS for %s", async (instanceType, architecture) => {
    const recording = await recordTrack({ server: { ...ARGS.server, instanceType } });
    expect(recording.one(TEMPLATE).inputs.imageId).toBe(
      `resolve:ssm:/aws/service/canonical/ubuntu/server/24.04/stable/current/${architecture}/hvm/ebs-gp3/ami-id`,
    );
  });

  it("are tagged, and their disks", async () => {
    const recording = await recordTrack();
    const tags = { Name: "beta-blue", project: "rollout", stack: "beta", track: "blue" };
    expect(recording.one(TEMPLATE).inputs.tagSpecifications).toEqual(
      ["instance", "network-interface", "volume"].map((resourceType) => ({ resourceType, tags })),
    );
    expect(recording.one(GROUP).inputs.tags).toEqual(
      Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
    );
  });
});

describe("the autoscaling group", () => {
  it("puts new servers up before old ones go, and only those that report for service", async () => {
    const { inputs } = (await recordTrack()).one(GROUP);
    const launchFirst = { minHealthyPercentage: 100, maxHealthyPercentage: 200 };
    expect(inputs).toMatchObject({
      targetGroupArns: ["${beta-blue.arn}"],
      launchTemplate: { id: "${beta-blue.id}", version: "${beta-blue.latestVersion}" },
      vpcZoneIdentifiers: ["subnet-a", "subnet-b"],
      healthCheckType: "ELB",
      instanceRefresh: { strategy: "Rolling", preferences: { ...launchFirst, autoRollback: false } },
      instanceMaintenancePolicy: launchFirst,
      initialLifecycleHooks: [{ name: "boot", defaultResult: "ABANDON" }],
    });
  });

  it("rolls a failed refresh back by itself where the image is pinned, as AWS wants it", async () => {
    const name = "/aws/service/canonical/ubuntu/server/24.04/stable/20260115/amd64/hvm/ebs-gp3/ami-id";
    const asked: unknown[] = [];
    const recording = await record(
      () => {
        new Track("beta-blue", { ...ARGS, server: { ...ARGS.server, release: "20260115" } });
      },
      {
        invokes: {
          "aws:ssm/getParameter:getParameter": (args) => {
            asked.push(args.name);
            return { insecureValue: "ami-0123" };
          },
        },
      },
    );
    expect(asked).toEqual([name]);
    expect(recording.one(TEMPLATE).inputs.imageId).toBe("ami-0123");
    expect(recording.one(GROUP).inputs.instanceRefresh.preferences.autoRollback).toBe(true);
  });

  it("keeps the asked number of servers where it doesn't scale", async () => {
    const recording = await recordTrack({ servers: 3, maxServers: 9 });
    expect(recording.one(GROUP).inputs).toMatchObject({ minSize: 3, desiredCapacity: 3, maxSize: 3 });
    expect(recording.one(GROUP).options.ignoreChanges).toBeUndefined();
    expect(recording.of(POLICY)).toEqual([]);
  });

  it("scales with the load, and leaves the number it came to alone", async () => {
    const recording = await recordTrack({ servers: 2, maxServers: 4, autoscaling: true });
    expect(recording.one(GROUP).inputs).toMatchObject({ minSize: 2, desiredCapacity: 2, maxSize: 4 });
    expect(recording.one(GROUP).options.ignoreChanges).toEqual(["desiredCapacity"]);
    expect(recording.one(POLICY).inputs).toMatchObject({
      policyType: "TargetTrackingScaling",
      targetTrackingConfiguration: { targetValue: 60 },
    });
  });
});

it.each([
  ["t3.medium", "amd64"],
  ["m7i.large", "amd64"],
  ["g5.xlarge", "amd64"],
  ["g4dn.xlarge", "amd64"],
  ["t4g.small", "arm64"],
  ["m7gd.large", "arm64"],
  ["c7gn.large", "arm64"],
  ["im4gn.large", "arm64"],
  ["a1.medium", "arm64"],
])("takes %s for %s", (instanceType, architecture) => {
  expect(architectureOf(instanceType)).toBe(architecture);
});
