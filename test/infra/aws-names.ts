/** What AWS takes for a name: how long, of which letters. */
export interface NameRule {
  /** The input that holds the name; Pulumi makes one where it is absent: the resource's own and eight letters more. */
  input: string;
  form: RegExp;
  /** Where AWS says so. */
  source: string;
}

const rule = (input: string, form: RegExp, source: string): NameRule => ({ input, form, source });

/** By type. What isn't here has no name in AWS, or one that AWS makes: see {@link UNNAMED}. */
export const NAME_RULES: Record<string, NameRule[]> = {
  "aws:acm/certificate:Certificate": [
    rule("domainName", /^(\*\.)?[a-z0-9.-]{1,64}$/, "ACM API, RequestCertificate"),
  ],
  "aws:appconfig/application:Application": [rule("name", /^.{1,64}$/, "AppConfig API, CreateApplication")],
  "aws:appconfig/configurationProfile:ConfigurationProfile": [
    rule("name", /^.{1,128}$/, "AppConfig API, CreateConfigurationProfile"),
  ],
  "aws:appconfig/deploymentStrategy:DeploymentStrategy": [
    rule("name", /^.{1,64}$/, "AppConfig API, CreateDeploymentStrategy"),
  ],
  "aws:appconfig/environment:Environment": [rule("name", /^.{1,64}$/, "AppConfig API, CreateEnvironment")],
  "aws:autoscaling/group:Group": [rule("name", /^[^:]{1,255}$/, "Auto Scaling API, CreateAutoScalingGroup")],
  "aws:autoscaling/lifecycleHook:LifecycleHook": [
    rule("name", /^[A-Za-z0-9\-_/]{1,255}$/, "Auto Scaling API, PutLifecycleHook"),
  ],
  "aws:lambda/function:Function": [rule("name", /^[a-zA-Z0-9-_]{1,64}$/, "Lambda API, CreateFunction")],
  "aws:scheduler/schedule:Schedule": [
    rule("name", /^[0-9a-zA-Z-_.]{1,64}$/, "EventBridge Scheduler API, CreateSchedule"),
  ],
  "aws:scheduler/scheduleGroup:ScheduleGroup": [
    rule("name", /^[0-9a-zA-Z-_.]{1,64}$/, "EventBridge Scheduler API, CreateScheduleGroup"),
  ],
  "aws:sqs/queue:Queue": [rule("name", /^[A-Za-z0-9_-]{1,75}\.fifo$/, "SQS API, CreateQueue")],
  "aws:ssm/parameter:Parameter": [
    rule("name", /^(?!\/?(aws|ssm))[a-zA-Z0-9_.\-/]{1,1011}$/i, "Systems Manager API, PutParameter"),
  ],
  "aws:autoscaling/policy:Policy": [rule("name", /^.{1,255}$/, "Auto Scaling API, PutScalingPolicy")],
  "aws:backup/plan:Plan": [rule("name", /^[A-Za-z0-9._-]{1,50}$/, "AWS Backup API, BackupPlanInput")],
  "aws:backup/restoreTestingPlan:RestoreTestingPlan": [
    rule("name", /^[A-Za-z0-9_]{1,50}$/, "AWS Backup API, RestoreTestingPlanForCreate"),
  ],
  "aws:backup/restoreTestingSelection:RestoreTestingSelection": [
    rule("name", /^[A-Za-z0-9_]{1,50}$/, "AWS Backup API, RestoreTestingSelectionForCreate"),
  ],
  "aws:backup/selection:Selection": [
    rule("name", /^[A-Za-z0-9._-]{1,50}$/, "AWS Backup API, BackupSelection"),
  ],
  "aws:backup/vault:Vault": [rule("name", /^[A-Za-z0-9_-]{2,50}$/, "AWS Backup API, CreateBackupVault")],
  "aws:budgets/budget:Budget": [rule("name", /^[^:\\]{1,100}$/, "Budgets API, Budget")],
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": [
    rule("alarmName", /^.{1,255}$/, "CloudWatch API, PutCompositeAlarm"),
  ],
  "aws:cloudwatch/dashboard:Dashboard": [
    rule("dashboardName", /^[A-Za-z0-9_-]{1,255}$/, "CloudWatch API, PutDashboard"),
  ],
  "aws:cloudwatch/eventRule:EventRule": [rule("name", /^[.\-_A-Za-z0-9]{1,64}$/, "EventBridge API, PutRule")],
  "aws:cloudwatch/logGroup:LogGroup": [
    rule("name", /^[.\-_/#A-Za-z0-9]{1,512}$/, "CloudWatch Logs API, CreateLogGroup"),
  ],
  "aws:cloudwatch/metricAlarm:MetricAlarm": [rule("name", /^.{1,255}$/, "CloudWatch API, PutMetricAlarm")],
  "aws:ec2/launchTemplate:LaunchTemplate": [
    rule("name", /^[a-zA-Z0-9().\-/_]{3,128}$/, "EC2 API, CreateLaunchTemplate"),
  ],
  "aws:ec2/securityGroup:SecurityGroup": [
    rule("name", /^(?!sg-)[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/, "EC2 API, CreateSecurityGroup"),
  ],
  "aws:ecr/repository:Repository": [
    rule(
      "name",
      /^(?=.{2,256}$)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
      "ECR API, CreateRepository",
    ),
  ],
  "aws:elasticache/parameterGroup:ParameterGroup": [
    rule("name", /^(?!.*--)[a-z][a-z0-9-]{0,254}(?<!-)$/, "ElastiCache API, CreateCacheParameterGroup"),
  ],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    rule(
      "replicationGroupId",
      /^(?!.*--)[a-z][a-z0-9-]{0,39}(?<!-)$/,
      "ElastiCache API, CreateReplicationGroup",
    ),
    rule(
      "finalSnapshotIdentifier",
      /^(?!.*--)[a-z][a-z0-9-]{0,254}(?<!-)$/,
      "ElastiCache API, CreateSnapshot",
    ),
  ],
  "aws:elasticache/subnetGroup:SubnetGroup": [
    rule("name", /^[a-z0-9-]{1,255}$/, "ElastiCache API, CreateCacheSubnetGroup"),
  ],
  "aws:iam/instanceProfile:InstanceProfile": [
    rule("name", /^[\w+=,.@-]{1,128}$/, "IAM API, CreateInstanceProfile"),
  ],
  "aws:iam/policy:Policy": [rule("name", /^[\w+=,.@-]{1,128}$/, "IAM API, CreatePolicy")],
  "aws:iam/role:Role": [rule("name", /^[\w+=,.@-]{1,64}$/, "IAM API, CreateRole")],
  "aws:iam/rolePolicy:RolePolicy": [rule("name", /^[\w+=,.@-]{1,128}$/, "IAM API, PutRolePolicy")],
  "aws:lb/loadBalancer:LoadBalancer": [
    rule("name", /^(?!internal-)(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/, "ELB API, CreateLoadBalancer"),
  ],
  "aws:lb/targetGroup:TargetGroup": [
    rule("name", /^(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/, "ELB API, CreateTargetGroup"),
  ],
  "aws:rds/instance:Instance": [
    rule("identifier", /^(?!.*--)[a-z][a-z0-9-]{0,62}(?<!-)$/, "RDS API, CreateDBInstance"),
    rule(
      "finalSnapshotIdentifier",
      /^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{0,254}(?<!-)$/,
      "RDS API, DeleteDBInstance",
    ),
    rule("dbName", /^[A-Za-z_][A-Za-z0-9_]{0,62}$/, "RDS API, CreateDBInstance, DBName of PostgreSQL"),
    rule("username", /^[A-Za-z][A-Za-z0-9_]{0,62}$/, "RDS API, CreateDBInstance, MasterUsername"),
  ],
  "aws:rds/parameterGroup:ParameterGroup": [
    rule("name", /^(?!.*--)[a-z][a-z0-9-]{0,254}(?<!-)$/, "RDS API, CreateDBParameterGroup"),
  ],
  "aws:rds/subnetGroup:SubnetGroup": [
    rule("name", /^(?!default$)[a-z0-9 ._-]{1,255}$/, "RDS API, CreateDBSubnetGroup"),
  ],
  "aws:s3/bucket:Bucket": [
    rule(
      "bucket",
      /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      "S3 User Guide, Bucket naming rules",
    ),
  ],
  "aws:s3/bucketObjectv2:BucketObjectv2": [
    rule("key", /^[A-Za-z0-9!\-_.*'()/]{1,1024}$/, "S3 User Guide, Naming Amazon S3 objects"),
  ],
  "aws:secretsmanager/secret:Secret": [
    rule("name", /^[A-Za-z0-9/_+=.@-]{1,512}$/, "Secrets Manager API, CreateSecret"),
  ],
  "aws:sns/topic:Topic": [
    rule("name", /^[A-Za-z0-9_-]{1,256}$/, "SNS API, CreateTopic"),
    rule("displayName", /^.{0,100}$/, "SNS API, SetTopicAttributes, DisplayName"),
  ],
  "aws:ssm/document:Document": [
    rule("name", /^(?!aws|amazon|amzn)[a-zA-Z0-9_\-.]{3,128}$/i, "Systems Manager API, CreateDocument"),
  ],
  "aws:wafv2/webAcl:WebAcl": [rule("name", /^[\w-]{1,128}$/, "WAFV2 API, CreateWebACL")],
};

/** Known by an id or by what they belong to. */
export const UNNAMED = [
  "acm/certificateValidation",
  "appconfig/deployment",
  "appconfig/hostedConfigurationVersion",
  "backup/vaultLockConfiguration",
  "cloudwatch/eventTarget",
  "ec2/defaultSecurityGroup",
  "ec2/eip",
  "ec2/flowLog",
  "ec2/internetGateway",
  "ec2/natGateway",
  "ec2/route",
  "ec2/routeTable",
  "ec2/routeTableAssociation",
  "ec2/subnet",
  "ec2/vpc",
  "ec2/vpcEndpoint",
  "ecr/lifecyclePolicy",
  "iam/openIdConnectProvider",
  "iam/rolePolicyAttachment",
  "kms/key",
  "kms/keyPolicy",
  "lb/listener",
  "lb/listenerRule",
  "route53/record",
  "s3/bucketLifecycleConfiguration",
  "s3/bucketOwnershipControls",
  "s3/bucketPolicy",
  "s3/bucketPublicAccessBlock",
  "s3/bucketServerSideEncryptionConfiguration",
  "s3/bucketVersioning",
  "secretsmanager/secretVersion",
  "sns/topicPolicy",
  "sns/topicSubscription",
  "vpc/securityGroupEgressRule",
  "vpc/securityGroupIngressRule",
  "wafv2/webAclAssociation",
];
