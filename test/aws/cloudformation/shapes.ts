import type { Json, Properties } from "./json.ts";

/** What is a resource of its own in Pulumi and a part of another, or nothing, in CloudFormation. */
export const PARTS = [
  "acm/certificateValidation:CertificateValidation",
  "backup/vaultLockConfiguration:VaultLockConfiguration",
  "cloudwatch/eventTarget:EventTarget",
  "ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "ecr/lifecyclePolicy:LifecyclePolicy",
  "iam/rolePolicyAttachment:RolePolicyAttachment",
  "kms/keyPolicy:KeyPolicy",
  "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "s3/bucketObjectv2:BucketObjectv2",
  "s3/bucketOwnershipControls:BucketOwnershipControls",
  "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "s3/bucketVersioning:BucketVersioning",
  "secretsmanager/secretVersion:SecretVersion",
].map((each) => `aws:${each}`);

/**
 * Where a structure differs from CloudFormation's.
 *
 * @param own by CloudFormation's names, where names.ts knows them
 * @param raw by Pulumi's, with capitals
 * @param name the resource's, where AWS wants one and Pulumi makes it up
 */
type Shape = (own: Properties, raw: Properties, name: string) => Properties;

/** What a rule's conditions read of a request. */
const FIELDS: Readonly<Record<string, string>> = {
  HttpHeader: "http-header",
  HostHeader: "host-header",
  PathPattern: "path-pattern",
  SourceIp: "source-ip",
};

export const SHAPES: Record<string, Shape> = {
  "aws:appconfig/deploymentStrategy:DeploymentStrategy": (own, _, name) => ({ Name: name, ...own }),
  "aws:autoscaling/group:Group": (own, { LaunchTemplate, EnabledMetrics, MetricsGranularity }) => ({
    ...own,
    LaunchTemplate: renamed(LaunchTemplate, { Id: "LaunchTemplateId" }),
    MetricsCollection: [{ Granularity: MetricsGranularity!, Metrics: EnabledMetrics! }],
    LifecycleHookSpecificationList: each(own.LifecycleHookSpecificationList, (hook) =>
      renamed(hook, { Name: "LifecycleHookName" }),
    ),
  }),
  "aws:backup/plan:Plan": ({ Tags: _ }, { Rules }) => ({
    BackupPlan: {
      BackupPlanName: "plan",
      BackupPlanRule: each(Rules, (rule) => ({
        ...renamed(rule, {
          CompletionWindow: "CompletionWindowMinutes",
          Schedule: "ScheduleExpression",
          StartWindow: "StartWindowMinutes",
          TargetVaultName: "TargetBackupVault",
        }),
        Lifecycle: renamed(object(rule).Lifecycle, { DeleteAfter: "DeleteAfterDays" }),
      })),
    },
  }),
  "aws:backup/selection:Selection": (_, { PlanId, IamRoleArn, Resources }) => ({
    BackupPlanId: PlanId!,
    BackupSelection: { IamRoleArn: IamRoleArn!, Resources: Resources!, SelectionName: "selection" },
  }),
  "aws:backup/vault:Vault": (own) => ({ ...own, BackupVaultName: "vault" }),
  "aws:budgets/budget:Budget": (_, { BudgetType, TimeUnit, LimitAmount, LimitUnit, Notifications }) => ({
    Budget: {
      BudgetType: BudgetType!,
      TimeUnit: TimeUnit!,
      BudgetLimit: { Amount: LimitAmount!, Unit: LimitUnit! },
    },
    NotificationsWithSubscribers: each(Notifications, (notice) => {
      const { SubscriberSnsTopicArns, SubscriberEmailAddresses, ...Notification } = object(notice);
      const subscribers = (SubscriptionType: string, all: Json | undefined) =>
        each(all, (Address) => ({ SubscriptionType, Address }));
      return {
        Notification,
        Subscribers: [
          ...subscribers("SNS", SubscriberSnsTopicArns),
          ...subscribers("EMAIL", SubscriberEmailAddresses),
        ],
      };
    }),
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": ({ Metrics, ...own }) => ({
    ...own,
    ...(Metrics && {
      Metrics: each(Metrics, (query) => {
        const { Metric, ...rest } = object(query);
        if (!Metric) return rest;
        const { Period, Stat, ...metric } = object(Metric);
        return { ...rest, MetricStat: { Period: Period!, Stat: Stat!, Metric: metric } };
      }),
    }),
  }),
  "aws:ec2/flowLog:FlowLog": (own) => ({ ...own, ResourceType: "VPC" }),
  "aws:ec2/launchTemplate:LaunchTemplate": (_, raw) => {
    const { UserData, Description: __, UpdateDefaultVersion: ___, ...data } = raw;
    return {
      LaunchTemplateData: {
        ...data,
        NetworkInterfaces: each(data.NetworkInterfaces, (each) =>
          renamed(each, { SecurityGroups: "Groups" }),
        ),
        ...(UserData && { UserData }),
      },
    };
  },
  // Worked out from the range that AWS gives the network.
  "aws:ec2/subnet:Subnet": ({ Ipv6CidrBlock: _, ...own }) => own,
  "aws:ecr/repository:Repository": (own) => ({
    ...own,
    EncryptionConfiguration: first(own.EncryptionConfiguration),
  }),
  "aws:elasticache/parameterGroup:ParameterGroup": (own, { Parameters }) => ({
    ...own,
    Properties: byName(Parameters),
  }),
  "aws:iam/instanceProfile:InstanceProfile": (own) => ({ ...own, Roles: [own.Roles!] }),
  "aws:iam/rolePolicy:RolePolicy": (own, _, name) => ({ PolicyName: name, ...own }),
  // Uploaded there by the provider; CloudFormation takes it from a bucket.
  "aws:lambda/function:Function": ({ Code: _, ...own }) => ({
    ...own,
    Code: { S3Bucket: "codes", S3Key: "controller.zip" },
  }),
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (own) => ({
    ...own,
    Qualifier: "$LATEST",
  }),
  "aws:lb/listener:Listener": ({ Certificates, ...own }) => ({
    ...own,
    DefaultActions: each(own.DefaultActions, action),
    ...(Certificates && { Certificates: [{ CertificateArn: Certificates }] }),
  }),
  "aws:lb/listenerRule:ListenerRule": (own) => ({
    ...own,
    Actions: each(own.Actions, action),
    Conditions: each(own.Conditions, (condition) => {
      const [kind = ""] = Object.keys(object(condition));
      return { Field: FIELDS[kind]!, ...renamed(condition, { [kind]: `${kind}Config` }) };
    }),
  }),
  "aws:lb/loadBalancer:LoadBalancer": (_, raw) => ({
    Type: raw.LoadBalancerType!,
    Scheme: raw.Internal ? "internal" : "internet-facing",
    IpAddressType: raw.IpAddressType!,
    SecurityGroups: raw.SecurityGroups!,
    Subnets: raw.Subnets!,
    LoadBalancerAttributes: attributes({
      "access_logs.s3.bucket": object(raw.AccessLogs).Bucket,
      "access_logs.s3.enabled": object(raw.AccessLogs).Enabled,
      "deletion_protection.enabled": raw.EnableDeletionProtection,
      "idle_timeout.timeout_seconds": raw.IdleTimeout,
      "routing.http.desync_mitigation_mode": raw.DesyncMitigationMode,
      "routing.http.drop_invalid_header_fields.enabled": raw.DropInvalidHeaderFields,
      "routing.http.preserve_host_header.enabled": raw.PreserveHostHeader,
      "routing.http.xff_header_processing.mode": raw.XffHeaderProcessingMode,
      "routing.http2.enabled": raw.EnableHttp2,
    }),
  }),
  "aws:lb/targetGroup:TargetGroup": (_, raw) => {
    const check = object(raw.HealthCheck);
    return {
      Port: raw.Port!,
      Protocol: raw.Protocol!,
      ProtocolVersion: raw.ProtocolVersion!,
      TargetType: raw.TargetType!,
      VpcId: raw.VpcId!,
      HealthCheckIntervalSeconds: check.Interval!,
      HealthCheckPath: check.Path!,
      HealthCheckPort: check.Port!,
      HealthCheckProtocol: check.Protocol!,
      HealthCheckTimeoutSeconds: check.Timeout!,
      HealthyThresholdCount: check.HealthyThreshold!,
      UnhealthyThresholdCount: check.UnhealthyThreshold!,
      Matcher: { HttpCode: check.Matcher! },
      TargetGroupAttributes: attributes({
        "deregistration_delay.timeout_seconds": raw.DeregistrationDelay,
        "load_balancing.algorithm.type": raw.LoadBalancingAlgorithmType,
        "slow_start.duration_seconds": raw.SlowStart,
        "stickiness.enabled": object(raw.Stickiness).Enabled,
        "stickiness.type": object(raw.Stickiness).Type,
      }),
    };
  },
  "aws:rds/parameterGroup:ParameterGroup": (own, { Parameters }) => ({
    ...own,
    Parameters: byName(Parameters),
  }),
  "aws:route53/record:Record": ({ AliasTarget, ...own }) => ({
    ...own,
    ...(AliasTarget && {
      AliasTarget: renamed(first(AliasTarget), { Name: "DNSName", ZoneId: "HostedZoneId" }),
    }),
  }),
  "aws:sqs/queue:Queue": (own) =>
    renamed(own, {
      MessageRetentionSeconds: "MessageRetentionPeriod",
      VisibilityTimeoutSeconds: "VisibilityTimeout",
    }),
  "aws:ssm/parameter:Parameter": (own) => renamed(own, { InsecureValue: "Value" }),
  "aws:sns/topicPolicy:TopicPolicy": (own) => ({ ...own, Topics: [own.Topics!] }),
  // As an object: cfn-lint can't read it as text (rule E3051).
  "aws:ssm/document:Document": (own) => ({ ...own, Content: JSON.parse(own.Content as string) }),
  "aws:wafv2/webAcl:WebAcl": (_, raw) =>
    spelled({
      ...raw,
      ...(raw.CustomResponseBodies && {
        CustomResponseBodies: Object.fromEntries(
          list(raw.CustomResponseBodies).map((body) => {
            const { Key, ...rest } = object(body);
            return [String(Key), rest];
          }),
        ),
      }),
    }) as Properties,
};

/** CloudFormation's long words for the balancer's actions. */
function action(each: Json): Json {
  const { Forward, Redirect, ...rest } = object(each);
  return {
    ...rest,
    ...(Redirect && { RedirectConfig: Redirect }),
    ...(Forward && {
      ForwardConfig: {
        TargetGroups: list(object(Forward).TargetGroups).map((group) =>
          renamed(group, { Arn: "TargetGroupArn" }),
        ),
        TargetGroupStickinessConfig: renamed(object(Forward).Stickiness, { Duration: "DurationSeconds" }),
      },
    }),
  };
}

function attributes(all: Record<string, Json | undefined>): Json {
  return Object.entries(all).flatMap(([Key, value]) =>
    value === undefined ? [] : [{ Key, Value: typeof value === "object" ? value : String(value) }],
  );
}

function byName(parameters: Json | undefined): Json {
  return Object.fromEntries(list(parameters).map((each) => [String(object(each).Name), object(each).Value!]));
}

/** WAF's one word that the provider writes in another way. */
function spelled(value: Json): Json {
  if (Array.isArray(value)) return value.map(spelled);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.replace("CloudwatchMetrics", "CloudWatchMetrics"),
      spelled(each),
    ]),
  );
}

function renamed(value: Json | undefined, names: Record<string, string>): Properties {
  return Object.fromEntries(Object.entries(object(value)).map(([key, each]) => [names[key] ?? key, each]));
}

function each(value: Json | undefined, shape: (each: Json) => Json): Json[] {
  return list(value).map(shape);
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function first(value: Json | undefined): Json {
  return list(value)[0] ?? {};
}

function object(value: Json | undefined): Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
