import { add, type Edit, ref, remove, resource, set } from "./graph.ts";

const ALLOW = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

/** An ingress rule of a shipped group. */
function opening(group: string, source: string, port: number): Edit {
  return (graph) =>
    add(INGRESS, "opening", {
      cidrIpv4: source,
      fromPort: port,
      toPort: port,
      ipProtocol: "tcp",
      securityGroupId: ref(graph, "SecurityGroup", group),
    })(graph);
}

/** A role that a workflow of any repository takes. */
function trustOf(sub: string): string {
  return ALLOW({
    Action: "sts:AssumeRoleWithWebIdentity",
    Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
    Condition: {
      StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
      StringLike: { "token.actions.githubusercontent.com:sub": sub },
    },
  });
}

/** For each rule: [its id, the resource of the stack beta that then breaks it, the edit]. */
export const MUTATIONS: [policy: string, resource: string, edit: Edit][] = [
  ["network-flow-logs", "beta-vpc", remove("FlowLog", "beta-flow")],
  ["network-default-group-closed", "beta-vpc", remove("DefaultSecurityGroup", "beta-default")],
  [
    "network-default-group-closed",
    "beta-vpc",
    set("DefaultSecurityGroup", "beta-default", "ingress", [{ protocol: "-1", self: true }]),
  ],
  ["network-no-public-addresses", "beta-data-a", set("Subnet", "beta-data-a", "mapPublicIpOnLaunch", true)],
  ["internet-web-ports-only", "opening", opening("beta-balancer", "0.0.0.0/0", 8080)],
  [
    "internet-web-ports-only",
    "beta-database",
    set("SecurityGroup", "beta-database", "ingress", [{ protocol: "-1", ipv6CidrBlocks: ["::/0"] }]),
  ],
  ["remote-access-named", "opening", opening("beta-servers", "203.0.0.0/16", 22)],
  ["internet-stops-at-balancer", "beta-blue", opening("beta-servers", "0.0.0.0/0", 443)],
  ["data-from-groups-only", "beta-database", opening("beta-database", "10.20.0.0/16", 5432)],
  ["data-from-groups-only", "beta-cache", opening("beta-cache", "10.20.0.0/16", 6379)],

  [
    "http-redirects",
    "beta-http",
    set("Listener", "beta-http", "defaultActions", [
      { type: "fixed-response", fixedResponse: { statusCode: "200" } },
    ]),
  ],
  [
    "listener-tls-policy",
    "beta-https",
    set("Listener", "beta-https", "sslPolicy", "ELBSecurityPolicy-2016-08"),
  ],
  ["listener-tls-policy", "beta-https", set("Listener", "beta-https", "sslPolicy", undefined)],
  ["targets-tls", "beta-blue", set("TargetGroup", "beta-blue", "protocol", "HTTP")],
  ["health-checks-tls", "beta-blue", set("TargetGroup", "beta-blue", "healthCheck.protocol", "HTTP")],
  [
    "balancer-drops-invalid-headers",
    "beta-alb",
    set("LoadBalancer", "beta-alb", "dropInvalidHeaderFields", false),
  ],
  ["balancer-access-logs", "beta-alb", set("LoadBalancer", "beta-alb", "accessLogs", undefined)],
  [
    "balancer-deletion-protected",
    "beta-alb",
    set("LoadBalancer", "beta-alb", "enableDeletionProtection", false),
  ],
  ["balancer-desync", "beta-alb", set("LoadBalancer", "beta-alb", "desyncMitigationMode", "monitor")],
  ["balancer-zones", "beta-alb", set("LoadBalancer", "beta-alb", "subnets", ["subnet-1"])],
  [
    "listener-rules-fit",
    "beta-green-header",
    set("ListenerRule", "beta-green-header", "conditions", [
      { pathPattern: { values: ["/a", "/b", "/c", "/d"] } },
    ]),
  ],
  ["balancer-web-firewall", "beta-alb", remove("WebAclAssociation", "beta-waf")],
  ["web-firewall-limits", "beta-waf", (graph) => void rules(graph).shift()],
  [
    "web-firewall-measured",
    "beta-waf",
    (graph) =>
      void Object.assign(rules(graph)[0]!, { visibilityConfig: { cloudwatchMetricsEnabled: false } }),
  ],

  [
    "servers-imdsv2",
    "beta-blue",
    set("LaunchTemplate", "beta-blue", "metadataOptions.httpTokens", "optional"),
  ],
  ["servers-imdsv2", "beta-blue", set("LaunchTemplate", "beta-blue", "metadataOptions", undefined)],
  [
    "servers-metadata-hop",
    "beta-blue",
    set("LaunchTemplate", "beta-blue", "metadataOptions.httpPutResponseHopLimit", 2),
  ],
  [
    "servers-private",
    "beta-blue",
    set("LaunchTemplate", "beta-blue", "networkInterfaces.0.associatePublicIpAddress", "true"),
  ],
  [
    "servers-disks-encrypted",
    "beta-blue",
    set("LaunchTemplate", "beta-blue", "blockDeviceMappings.0.ebs.encrypted", "false"),
  ],
  [
    "servers-disks-encrypted",
    "beta-blue",
    set("LaunchTemplate", "beta-blue", "blockDeviceMappings", undefined),
  ],
  ["servers-health", "beta-blue", set("Group", "beta-blue", "healthCheckType", "EC2")],
  ["servers-zones", "beta-blue", set("Group", "beta-blue", "vpcZoneIdentifiers", ["subnet-1"])],
  ["servers-launch-template", "beta-blue", set("Group", "beta-blue", "launchTemplate", undefined)],

  ["database-encrypted", "beta-database", set("Instance", "beta-database", "storageEncrypted", false)],
  ["database-private", "beta-database", set("Instance", "beta-database", "publiclyAccessible", true)],
  [
    "database-deletion-protected",
    "beta-database",
    set("Instance", "beta-database", "deletionProtection", false),
  ],
  ["database-point-in-time", "beta-database", set("Instance", "beta-database", "backupRetentionPeriod", 1)],
  ["database-logs", "beta-database", set("Instance", "beta-database", "enabledCloudwatchLogsExports", [])],
  ["database-patched", "beta-database", set("Instance", "beta-database", "autoMinorVersionUpgrade", false)],
  ["database-tags-copied", "beta-database", set("Instance", "beta-database", "copyTagsToSnapshot", false)],
  ["database-monitored", "beta-database", set("Instance", "beta-database", "monitoringInterval", 0)],
  ["database-own-administrator", "beta-database", set("Instance", "beta-database", "username", "postgres")],
  ["database-tls", "beta-database", set("ParameterGroup", "beta-database", "parameters", [])],
  [
    "database-tls",
    "beta-database",
    set("Instance", "beta-database", "parameterGroupName", "default.postgres14"),
  ],
  ["database-backed-up", "beta-database", remove("Selection", "beta-database")],
  [
    "backups-kept",
    "beta-backups",
    set("Plan", "beta-backups", "rules", [{ ruleName: "daily", lifecycle: { deleteAfter: 2 } }]),
  ],

  ["cache-encrypted", "beta-cache", set("ReplicationGroup", "beta-cache", "atRestEncryptionEnabled", false)],
  ["cache-tls", "beta-cache", set("ReplicationGroup", "beta-cache", "transitEncryptionEnabled", false)],
  ["cache-password", "beta-cache", set("ReplicationGroup", "beta-cache", "authToken", undefined)],
  ["cache-backed-up", "beta-cache", set("ReplicationGroup", "beta-cache", "snapshotRetentionLimit", 0)],
  ["cache-patched", "beta-cache", set("ReplicationGroup", "beta-cache", "autoMinorVersionUpgrade", false)],
  ["cache-own-subnets", "beta-cache", set("ReplicationGroup", "beta-cache", "subnetGroupName", undefined)],

  ["bucket-private", "beta-journal", remove("BucketPublicAccessBlock", "beta-journal")],
  [
    "bucket-private",
    "beta-journal",
    set("BucketPublicAccessBlock", "beta-journal", "restrictPublicBuckets", false),
  ],
  ["bucket-tls", "beta-journal", remove("BucketPolicy", "beta-journal")],
  ["bucket-no-acls", "beta-journal", remove("BucketOwnershipControls", "beta-journal")],
  ["bucket-encrypted", "beta-journal", remove("BucketServerSideEncryptionConfiguration", "beta-journal")],
  ["bucket-lifecycle", "beta-access-logs", remove("BucketLifecycleConfiguration", "beta-access-logs")],
  ["bucket-not-emptied", "beta-journal", set("Bucket", "beta-journal", "forceDestroy", true)],
  [
    "data-protected",
    "beta-cache",
    (graph) => void delete resource(graph, "ReplicationGroup", "beta-cache").options.protect,
  ],
  [
    "images-scanned",
    "beta-app",
    set("Repository", "beta-app", "imageScanningConfiguration.scanOnPush", false),
  ],
  ["images-immutable", "beta-app", set("Repository", "beta-app", "imageTagMutability", "MUTABLE")],
  ["images-expire", "beta-app", remove("LifecyclePolicy", "beta-app")],

  ["secrets-recoverable", "beta-secret-key", set("Secret", "beta-secret-key", "recoveryWindowInDays", 0)],
  ["secrets-marked", "beta-database", set("Instance", "beta-database", "password", "hunter2")],
  [
    "secrets-not-readable",
    "beta-blue",
    (graph) =>
      set("LaunchTemplate", "beta-blue", "userData", {
        $join: [
          "PASSWORD=",
          {
            $ref: {
              urn: resource(graph, "RandomPassword", "beta-database-password").urn,
              property: "result",
            },
          },
        ],
      })(graph),
  ],

  [
    "iam-no-administrators",
    "beta-server-boot",
    set("RolePolicy", "beta-server-boot", "policy", ALLOW({ Action: "*", Resource: "*" })),
  ],
  [
    "iam-no-administrators",
    "beta-backups-backup",
    set(
      "RolePolicyAttachment",
      "beta-backups-backup",
      "policyArn",
      "arn:aws:iam::aws:policy/AdministratorAccess",
    ),
  ],
  [
    "iam-no-service-wildcards",
    "beta-server-boot",
    set("RolePolicy", "beta-server-boot", "policy", ALLOW({ Action: ["s3:*"], Resource: "*" })),
  ],
  [
    "iam-no-service-wildcards",
    "beta-server-boot",
    set("RolePolicy", "beta-server-boot", "policy", ALLOW({ NotAction: "iam:*", Resource: "*" })),
  ],
  [
    "iam-no-decrypt-all",
    "beta-server-boot",
    set("RolePolicy", "beta-server-boot", "policy", ALLOW({ Action: "kms:Decrypt", Resource: "*" })),
  ],
  ["iam-no-access-keys", "ci", add("aws:iam/accessKey:AccessKey", "ci", { user: "ci" })],
  [
    "iam-trust-named",
    "beta-server",
    set(
      "Role",
      "beta-server",
      "assumeRolePolicy",
      ALLOW({ Action: "sts:AssumeRole", Principal: { AWS: "*" } }),
    ),
  ],
  ["iam-trust-named", "beta-server", set("Role", "beta-server", "assumeRolePolicy", trustOf("repo:*"))],
  [
    "iam-trust-named",
    "beta-server",
    set("Role", "beta-server", "assumeRolePolicy", trustOf("repo:example/*:ref:refs/heads/main")),
  ],
  [
    "resources-not-public",
    "beta-journal",
    set("BucketPolicy", "beta-journal", "policy", ALLOW({ Action: "s3:GetObject", Principal: "*" })),
  ],
  [
    "resources-not-public",
    "beta-p1",
    set("TopicPolicy", "beta-p1", "policy", ALLOW({ Action: "sns:Publish", Principal: { AWS: ["*"] } })),
  ],
  ["keys-rotate", "beta-alerts", set("Key", "beta-alerts", "enableKeyRotation", false)],

  ["alarms-heard", "beta-backup-failed", set("MetricAlarm", "beta-backup-failed", "alarmActions", [])],
  ["alarms-on", "beta-backup-failed", set("MetricAlarm", "beta-backup-failed", "actionsEnabled", false)],
  [
    "alarms-missing-data",
    "beta-backup-failed",
    set("MetricAlarm", "beta-backup-failed", "treatMissingData", undefined),
  ],
  ["topics-reach-people", "beta-p2", remove("TopicSubscription", "beta-p2-email-ops@example.com")],
  ["topics-encrypted", "beta-p1", set("Topic", "beta-p1", "kmsMasterKeyId", undefined)],
  ["logs-kept", "beta-app", set("LogGroup", "beta-app", "retentionInDays", 3)],
  ["logs-kept", "beta-app", set("LogGroup", "beta-app", "retentionInDays", 0)],
];

function rules(graph: Parameters<Edit>[0]): object[] {
  return resource(graph, "WebAcl", "beta-waf").inputs.rules as object[];
}
