import { usersRelyOn } from "../../support/relied.ts";

const DAY = 24 * 3600;

usersRelyOn("beta", [
  // A server that fails leaves within some ten seconds, and none comes back on one lucky answer.
  ["health is asked every 5 s", "TargetGroup beta-blue", "healthCheck.interval", 5],
  ["a slow answer is no answer", "TargetGroup beta-blue", "healthCheck.timeout", 4],
  ["a server leaves after two bad answers", "TargetGroup beta-blue", "healthCheck.unhealthyThreshold", 2],
  ["and comes after two good ones", "TargetGroup beta-blue", "healthCheck.healthyThreshold", 2],
  ["good is 200, and no redirect", "TargetGroup beta-blue", "healthCheck.matcher", "200"],
  ["the whole way to the app is asked", "TargetGroup beta-blue", "healthCheck.path", "/health"],
  ["at the port of the traffic", "TargetGroup beta-blue", "healthCheck.port", "traffic-port"],
  ["what is open at a server that leaves may end", "TargetGroup beta-blue", "deregistrationDelay", 60],
  ["a new server warms up", "TargetGroup beta-blue", "slowStart", 30],
  ["stickiness is the listener's, between tracks", "TargetGroup beta-blue", "stickiness.enabled", false],
  // Never fewer servers than there were.
  [
    "a replacement serves before the old one goes",
    "Group beta-blue",
    "instanceMaintenancePolicy",
    { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
  ],
  [
    "in a release too",
    "Group beta-blue",
    "instanceRefresh",
    {
      strategy: "Rolling",
      preferences: { minHealthyPercentage: 100, maxHealthyPercentage: 200, autoRollback: false },
    },
  ],
  [
    "one that doesn't come up in 15 min is given up",
    "Group beta-blue",
    "initialLifecycleHooks",
    [
      {
        name: "boot",
        lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
        heartbeatTimeout: 900,
        defaultResult: "ABANDON",
      },
    ],
  ],
  ["a sick server is replaced, not only a stopped one", "Group beta-blue", "healthCheckType", "ELB"],
  ["it has a minute until its health counts", "Group beta-blue", "healthCheckGracePeriod", 60],
  ["and until its load does", "Group beta-blue", "defaultInstanceWarmup", 60],
  ["pulumi waits until they serve", "Group beta-blue", "waitForCapacityTimeout", "1200s"],
  ["no kernel is older than two weeks", "Group beta-blue", "maxInstanceLifetime", 14 * DAY],
  [
    "a container can't ask for the server's credentials",
    "LaunchTemplate beta-blue",
    "metadataOptions",
    { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
  ],
  ["the next server is of the newest template", "LaunchTemplate beta-blue", "updateDefaultVersion", true],
  [
    "no detailed monitoring is paid for where nothing scales",
    "LaunchTemplate beta-blue",
    "monitoring.enabled",
    false,
  ],
  [
    "a server has no public address",
    "LaunchTemplate beta-blue",
    "networkInterfaces.0.associatePublicIpAddress",
    "false",
  ],
  // Images that a rollback may want are there.
  ["images are scanned", "Repository beta-app", "imageScanningConfiguration.scanOnPush", true],
  ["a tag stays what it was", "Repository beta-app", "imageTagMutability", "IMMUTABLE"],
  [
    "the last 50 builds are kept",
    "LifecyclePolicy beta-app",
    "policy.rules.1.selection",
    { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 50 },
  ],
  [
    "what carries no tag goes after a day",
    "LifecyclePolicy beta-app",
    "policy.rules.0.selection",
    { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 1 },
  ],
  ["in that order", "LifecyclePolicy beta-app", "policy.rules.0.rulePriority", 1],
  [
    "a server that is let go of answers within a minute",
    "Document beta-release",
    "content.mainSteps.0.inputs.timeoutSeconds",
    "60",
  ],
]);

usersRelyOn("prod", [
  [
    "servers come when they are busy at 60 %",
    "Policy prod-blue",
    "targetTrackingConfiguration.targetValue",
    60,
  ],
  ["and are seen minute by minute for it", "LaunchTemplate prod-blue", "monitoring.enabled", true],
  ["what the scaling set isn't undone", "Group prod-blue", "options.ignoreChanges", ["desiredCapacity"]],
]);
