import { afterLast, nth } from "../../../infra/sure.ts";
import type { Specification } from "./specification.ts";

// Pulumi's names to CloudFormation's: by rule, and the exceptions in these tables.

/** Modules whose service goes by another name there. */
const SERVICES: Record<string, string> = {
  acm: "CertificateManager",
  lb: "ElasticLoadBalancingV2",
  vpc: "EC2",
};

const TYPES: Record<string, string> = {
  "autoscaling/policy:Policy": "AWS::AutoScaling::ScalingPolicy",
  "cloudwatch/eventRule:EventRule": "AWS::Events::Rule",
  "cloudwatch/logGroup:LogGroup": "AWS::Logs::LogGroup",
  "cloudwatch/metricAlarm:MetricAlarm": "AWS::CloudWatch::Alarm",
  "ebs/volume:Volume": "AWS::EC2::Volume",
  "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "AWS::Lambda::EventInvokeConfig",
  "ec2/routeTableAssociation:RouteTableAssociation": "AWS::EC2::SubnetRouteTableAssociation",
  "route53/record:Record": "AWS::Route53::RecordSet",
  "sns/topicSubscription:TopicSubscription": "AWS::SNS::Subscription",
  "vpc/securityGroupEgressRule:SecurityGroupEgressRule": "AWS::EC2::SecurityGroupEgress",
  "vpc/securityGroupIngressRule:SecurityGroupIngressRule": "AWS::EC2::SecurityGroupIngress",
};

/**
 * Properties that go by another name. `null`: CloudFormation has no such property because it belongs to the provider
 * (what a deletion does, how an update is made) or to another resource there; a change of it replaces nothing.
 */
const PROPERTIES: Record<string, Record<string, string | null>> = {
  "*": { forceDestroy: null, tagsAll: null, region: null },
  "AWS::AutoScaling::AutoScalingGroup": {
    enabledMetrics: "MetricsCollection",
    initialLifecycleHooks: "LifecycleHookSpecificationList",
    instanceRefresh: null,
    metricsGranularity: "MetricsCollection",
    waitForCapacityTimeout: null,
  },
  "AWS::CloudWatch::Alarm": {
    metricQueries: "Metrics",
    evaluateLowSampleCountPercentiles: "EvaluateLowSampleCountPercentile",
  },
  "AWS::EC2::FlowLog": { iamRoleArn: "DeliverLogsPermissionArn", vpcId: "ResourceId" },
  "AWS::EC2::InternetGateway": { vpcId: null },
  "AWS::EC2::SecurityGroupEgress": {
    cidrIpv4: "CidrIp",
    referencedSecurityGroupId: "DestinationSecurityGroupId",
    securityGroupId: "GroupId",
  },
  "AWS::EC2::SecurityGroupIngress": {
    cidrIpv4: "CidrIp",
    referencedSecurityGroupId: "SourceSecurityGroupId",
    securityGroupId: "GroupId",
  },
  "AWS::EC2::VPC": { assignGeneratedIpv6CidrBlock: null },
  "AWS::ElastiCache::ParameterGroup": { family: "CacheParameterGroupFamily", parameters: "Properties" },
  "AWS::ElastiCache::ReplicationGroup": {
    applyImmediately: null,
    authTokenUpdateStrategy: null,
    finalSnapshotIdentifier: null,
  },
  "AWS::ElasticLoadBalancingV2::Listener": { certificateArn: "Certificates" },
  "AWS::IAM::InstanceProfile": { role: "Roles" },
  "AWS::IAM::RolePolicy": { role: "RoleName" },
  "AWS::KMS::Key": { deletionWindowInDays: "PendingWindowInDays" },
  "AWS::RDS::DBInstance": {
    applyImmediately: null,
    caCertIdentifier: "CACertificateIdentifier",
    enabledCloudwatchLogsExports: "EnableCloudwatchLogsExports",
    finalSnapshotIdentifier: null,
    password: "MasterUserPassword",
    performanceInsightsEnabled: "EnablePerformanceInsights",
    skipFinalSnapshot: null,
    snapshotIdentifier: "DBSnapshotIdentifier",
    username: "MasterUsername",
    vpcSecurityGroupIds: "VPCSecurityGroups",
  },
  "AWS::Route53::RecordSet": {
    aliases: "AliasTarget",
    allowOverwrite: null,
    records: "ResourceRecords",
    zoneId: "HostedZoneId",
  },
  "AWS::SecretsManager::Secret": { recoveryWindowInDays: null },
  "AWS::SNS::Subscription": { topic: "TopicArn" },
  "AWS::SNS::TopicPolicy": { arn: "Topics" },
};

/** The CloudFormation type of a Pulumi type such as `aws:rds/instance:Instance`; undefined when there is none. */
export function cloudFormationType(type: string, spec: Specification): string | undefined {
  const [provider, module = "", name = ""] = type.split(":");
  if (provider !== "aws") return undefined;
  const [service = ""] = module.split("/");
  const exception = TYPES[`${module}:${name}`];
  if (exception) return exception;
  const namespace = `aws::${(SERVICES[service] ?? service).toLowerCase()}::`;
  const candidates = [name, `${service}${name}`, `db${name}`, `cache${name}`].map(
    (each) => namespace + each.toLowerCase(),
  );
  return candidates.map((each) => byLowerCase(spec).get(each)).find((found) => found !== undefined);
}

/**
 * The CloudFormation property of a Pulumi one; null when it exists only in the provider, undefined when there is no
 * match: then nobody here knows what its change does.
 */
export function cloudFormationProperty(
  cfnType: string,
  property: string,
  spec: Specification,
): string | null | undefined {
  const exceptions = { ...PROPERTIES["*"], ...PROPERTIES[cfnType] };
  if (Object.hasOwn(exceptions, property)) return exceptions[property];
  const own = afterLast(cfnType, "::");
  const service = nth(cfnType.split("::"), 1);
  const known = new Map(Object.keys(spec[cfnType] ?? {}).map((name) => [name.toLowerCase(), name]));
  const candidates = [
    property,
    property.replace(/s$/, ""),
    `${property}s`,
    `db${property}`,
    `preferred${property}`,
    `cache${property}`,
    `${property}Document`,
    `${property}Name`,
    `${own}${property}`,
    `${own.replace(service, "")}${property}`,
    `${own.replace(/^Security/, "")}${property}`,
    `master${property}`,
    // Whole structures there, single properties here.
    ...(own === "LaunchTemplate" ? ["LaunchTemplateData"] : []),
    ...(own === "TargetGroup" ? ["TargetGroupAttributes"] : []),
    ...(own === "LoadBalancer" ? ["LoadBalancerAttributes"] : []),
    ...(own === "Budget" ? ["Budget"] : []),
    ...(own === "BackupPlan" ? ["BackupPlan"] : []),
    ...(own === "BackupSelection" ? ["BackupSelection"] : []),
  ];
  return candidates.map((each) => known.get(each.toLowerCase())).find((found) => found !== undefined);
}

const lowerCase = new WeakMap<Specification, Map<string, string>>();

function byLowerCase(spec: Specification): Map<string, string> {
  let names = lowerCase.get(spec);
  if (!names) {
    names = new Map(Object.keys(spec).map((name) => [name.toLowerCase(), name]));
    lowerCase.set(spec, names);
  }
  return names;
}
