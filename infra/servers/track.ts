import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { BOOT_HOOK, bootSeconds } from "../host/boot.ts";
import { cloudInit } from "../host/cloud-init.ts";
import { LEAVE_HOOK } from "../host/processes/agent.ts";
import { userData } from "../host/user-data.ts";
import { seconds } from "../settings/duration.ts";
import type { Settings } from "../settings/settings.ts";
import { READY, SLOW_START_SECONDS } from "../settings/warming.ts";
import { type Architecture, architectureOf } from "./architecture.ts";
import type { FilesBucket } from "./files-bucket.ts";

export interface TrackArgs {
  stack: string;
  /** The track's own name, such as `blue`. */
  track: string;
  vpcId: pulumi.Input<string>;
  /** Private subnets, one a zone. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  securityGroupId: pulumi.Input<string>;
  instanceProfileArn: pulumi.Input<string>;
  region: string;
  /** The text of its servers' files, and where it is put for them. */
  files: pulumi.Input<string>;
  bucket: Pick<FilesBucket, "bucket" | "versioning">;
  server: Settings["server"];
  /** How long what is open at a server that leaves may go on (drain), how long the app may take to start, and what asks AWS there. */
  app: Pick<Settings["app"], "drain" | "startTimeout" | "processes" | "buckets" | "permissions" | "assets">;
  servers: number;
  maxServers: number;
  autoscaling: boolean;
}

/**
 * A slot that can serve traffic: servers and the target group that the balancer sends to. It knows nothing of its
 * weight: moving traffic never touches servers.
 */
export class Track extends pulumi.ComponentResource {
  readonly targetGroupArn: pulumi.Output<string>;
  readonly targetGroupArnSuffix: pulumi.Output<string>;
  readonly autoscalingGroupName: pulumi.Output<string>;
  /** Is there once its servers are in service. */
  readonly group: aws.autoscaling.Group;

  constructor(name: string, args: TrackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Track", name, {}, opts);
    const child = { parent: this };
    const targets = new aws.lb.TargetGroup(name, targetGroup(args), child);
    const template = new aws.ec2.LaunchTemplate(name, launchTemplate(name, args, this), child);
    const group = new aws.autoscaling.Group(
      name,
      autoscalingGroup(name, args, template, targets),
      // Under load the autoscaling policy sets the number of servers. The next `pulumi up` doesn't undo that.
      args.autoscaling ? { ...child, ignoreChanges: ["desiredCapacity"] } : child,
    );
    if (args.app.processes.length > 0) leaveHook(name, args.app, group, child);
    if (args.autoscaling) {
      new aws.autoscaling.Policy(
        name,
        {
          autoscalingGroupName: group.name,
          policyType: "TargetTrackingScaling",
          targetTrackingConfiguration: {
            predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
            targetValue: 60,
          },
        },
        child,
      );
    }
    this.targetGroupArn = targets.arn;
    this.targetGroupArnSuffix = targets.arnSuffix;
    this.autoscalingGroupName = group.name;
    this.group = group;
    this.registerOutputs({
      targetGroupArn: this.targetGroupArn,
      autoscalingGroupName: this.autoscalingGroupName,
    });
  }
}

/**
 * Holds a server that is to go until its processes have ended what they hold: the servers' agent tells when. A server that
 * says nothing goes when the longest of them should have ended (Auto Scaling User Guide, "Lifecycle hooks").
 */
function leaveHook(
  name: string,
  { processes }: TrackArgs["app"],
  group: aws.autoscaling.Group,
  child: pulumi.CustomResourceOptions,
): void {
  const longest = Math.max(...processes.map(({ stopSeconds }) => stopSeconds));
  new aws.autoscaling.LifecycleHook(
    `${name}-${LEAVE_HOOK}`,
    {
      name: LEAVE_HOOK,
      autoscalingGroupName: group.name,
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: longest + 120,
      defaultResult: "CONTINUE",
    },
    child,
  );
}

/** A server is out after 10 s without a good answer, and back after 10 s of them. */
function targetGroup({ vpcId, app }: TrackArgs): aws.lb.TargetGroupArgs {
  return {
    vpcId,
    port: 443,
    protocol: "HTTPS",
    protocolVersion: "HTTP1",
    targetType: "instance",
    deregistrationDelay: seconds(app.drain),
    // Needs round robin; a server just started gets its full share only after this.
    slowStart: SLOW_START_SECONDS,
    loadBalancingAlgorithmType: "round_robin",
    // Stickiness, if any, is between tracks and belongs to the listener.
    stickiness: { enabled: false, type: "lb_cookie" },
    healthCheck: {
      path: "/health",
      protocol: "HTTPS",
      port: "traffic-port",
      matcher: "200",
      interval: READY.everySeconds,
      timeout: 4,
      healthyThreshold: READY.answers,
      unhealthyThreshold: 2,
    },
  };
}

function launchTemplate(name: string, args: TrackArgs, parent: pulumi.Resource): aws.ec2.LaunchTemplateArgs {
  const { server } = args;
  const architecture = architectureOf(server.instanceType);
  return {
    description: `Servers of ${name}`,
    imageId: ubuntu(server.release, architecture, parent),
    instanceType: server.instanceType,
    updateDefaultVersion: true,
    iamInstanceProfile: { arn: args.instanceProfileArn },
    // With a hop limit of 1 a container doesn't reach the server's credentials.
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    monitoring: { enabled: args.autoscaling },
    networkInterfaces: [
      {
        deviceIndex: 0,
        associatePublicIpAddress: "false",
        deleteOnTermination: "true",
        securityGroups: [args.securityGroupId],
      },
    ],
    blockDeviceMappings: [
      {
        deviceName: "/dev/sda1",
        ebs: {
          volumeType: "gp3",
          volumeSize: server.diskGiB,
          encrypted: "true",
          deleteOnTermination: "true",
        },
      },
    ],
    tagSpecifications: ["instance", "network-interface", "volume"].map((resourceType) => ({
      resourceType,
      tags: tags(name, args),
    })),
    userData: bootText(name, args, parent).apply(userData),
  };
}

/** The files go to S3, and their place and digest into the user data: other files, another launch template. */
function bootText(name: string, args: TrackArgs, parent: pulumi.Resource): pulumi.Output<string> {
  const { app, region, bucket } = args;
  const key = `${args.track}.yaml`;
  const object = new aws.s3.BucketObjectv2(
    name,
    { bucket: bucket.bucket, key, content: args.files, contentType: "text/yaml" },
    { parent, dependsOn: bucket.versioning },
  );
  return pulumi
    .output({ text: args.files, bucket: bucket.bucket, version: object.versionId })
    .apply(({ text, ...place }) => {
      const digest = createHash("sha256").update(text).digest("hex");
      return cloudInit(app, { ...place, region, key, digest });
    });
}

/**
 * Canonical's Ubuntu 24.04 LTS by its SSM parameter. `current` is read at each launch: a new server has the newest image
 * and a preview nothing to show. A serial is read now and stays (Ubuntu docs, "Find Ubuntu images on AWS").
 */
function ubuntu(release: string, architecture: Architecture, parent: pulumi.Resource): pulumi.Input<string> {
  const name = `/aws/service/canonical/ubuntu/server/24.04/stable/${release}/${architecture}/hvm/ebs-gp3/ami-id`;
  if (release === "current") return `resolve:ssm:${name}`;
  return aws.ssm.getParameterOutput({ name }, { parent }).insecureValue;
}

function autoscalingGroup(
  name: string,
  args: TrackArgs,
  template: aws.ec2.LaunchTemplate,
  targets: aws.lb.TargetGroup,
): aws.autoscaling.GroupArgs {
  // The new server first, then the old one goes; a server that never reports for service replaces nothing.
  const boot = bootSeconds(args.app);
  const launchFirst = { minHealthyPercentage: 100, maxHealthyPercentage: 200 };
  return {
    launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
    vpcZoneIdentifiers: args.subnetIds,
    targetGroupArns: [targets.arn],
    minSize: args.servers,
    maxSize: args.autoscaling ? args.maxServers : args.servers,
    desiredCapacity: args.servers,
    healthCheckType: "ELB",
    // From the moment a server reports for service (the hook below), not from its launch.
    healthCheckGracePeriod: 60,
    defaultInstanceWarmup: 60,
    waitForCapacityTimeout: `${boot + 600}s`,
    initialLifecycleHooks: [
      {
        name: BOOT_HOOK,
        lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
        heartbeatTimeout: boot + 300,
        defaultResult: "ABANDON",
      },
    ],
    instanceMaintenancePolicy: launchFirst,
    // AWS doesn't roll back by itself where the image is an SSM parameter (Auto Scaling API Reference,
    // RollbackInstanceRefresh), so only a pinned image has that. In both cases the old servers go on serving: the
    // hook above lets no server in that isn't healthy.
    instanceRefresh: {
      strategy: "Rolling",
      preferences: { ...launchFirst, autoRollback: args.server.release !== "current" },
    },
    // Every server is new, and with it its kernel, within two weeks.
    maxInstanceLifetime: 14 * 24 * 60 * 60,
    metricsGranularity: "1Minute",
    enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances"],
    tags: Object.entries(tags(name, args)).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
  };
}

/** The provider's default tags don't reach what an autoscaling group launches. */
function tags(name: string, { stack, track }: TrackArgs): Record<string, string> {
  return { Name: name, project: pulumi.getProject(), stack, track };
}
