/** What Pulumi's AWS provider asks of AWS for one type of resource, besides reading it. */
export interface Needs {
  /** To make it, tags and all. */
  create: string;
  /** To change what may change of it without a replacement. */
  update?: string;
  delete: string;
  read: string;
}

const tags = "TagResource UntagResource";

/**
 * By Pulumi type; actions of the service that is named first, or with their own. Source: the "Required permissions" of
 * each API call in the Service Authorization Reference, and which calls terraform-provider-aws makes.
 */
export const NEEDS: Record<string, [service: string, needs: Needs]> = {
  "acm/certificate:Certificate": [
    "acm",
    {
      create: "RequestCertificate AddTagsToCertificate",
      delete: "DeleteCertificate",
      read: "DescribeCertificate ListTagsForCertificate",
    },
  ],
  "acm/certificateValidation:CertificateValidation": [
    "acm",
    { create: "", delete: "", read: "DescribeCertificate" },
  ],
  "appconfig/application:Application": ["appconfig", appConfig("Application")],
  "appconfig/configurationProfile:ConfigurationProfile": ["appconfig", appConfig("ConfigurationProfile")],
  "appconfig/deploymentStrategy:DeploymentStrategy": ["appconfig", appConfig("DeploymentStrategy")],
  "appconfig/environment:Environment": ["appconfig", appConfig("Environment")],
  "appconfig/hostedConfigurationVersion:HostedConfigurationVersion": [
    "appconfig",
    {
      create: "CreateHostedConfigurationVersion",
      delete: "DeleteHostedConfigurationVersion",
      read: "GetHostedConfigurationVersion",
    },
  ],
  "appconfig/deployment:Deployment": [
    "appconfig",
    { create: "StartDeployment TagResource", delete: "", read: "GetDeployment ListTagsForResource" },
  ],
  "autoscaling/group:Group": [
    "autoscaling",
    {
      create:
        "CreateAutoScalingGroup CreateOrUpdateTags EnableMetricsCollection PutScalingPolicy ec2:RunInstances ec2:CreateTags ssm:GetParameters",
      update:
        "UpdateAutoScalingGroup StartInstanceRefresh CancelInstanceRefresh RollbackInstanceRefresh AttachLoadBalancerTargetGroups DetachLoadBalancerTargetGroups SetDesiredCapacity",
      delete: "DeleteAutoScalingGroup",
      read: "DescribeAutoScalingGroups DescribeInstanceRefreshes DescribeScalingActivities",
    },
  ],
  "lambda/function:Function": [
    "lambda",
    {
      create: "CreateFunction TagResource GetFunction iam:PassRole",
      update: `UpdateFunctionCode UpdateFunctionConfiguration ${tags}`,
      delete: "DeleteFunction",
      read: "GetFunction GetFunctionCodeSigningConfig ListTags ListVersionsByFunction",
    },
  ],
  "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": [
    "lambda",
    {
      create: "PutFunctionEventInvokeConfig",
      update: "PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig",
      delete: "DeleteFunctionEventInvokeConfig",
      read: "GetFunctionEventInvokeConfig",
    },
  ],
  "autoscaling/lifecycleHook:LifecycleHook": [
    "autoscaling",
    { create: "PutLifecycleHook", delete: "DeleteLifecycleHook", read: "DescribeLifecycleHooks" },
  ],
  "s3/bucketObjectv2:BucketObjectv2": [
    "s3",
    {
      create: "PutObject PutObjectTagging",
      update: "PutObject PutObjectTagging",
      delete: "DeleteObject DeleteObjectVersion ListBucketVersions",
      read: "GetObject GetObjectTagging GetObjectVersion",
    },
  ],
  "scheduler/schedule:Schedule": [
    "scheduler",
    {
      create: "CreateSchedule iam:PassRole",
      update: "UpdateSchedule",
      delete: "DeleteSchedule",
      read: "GetSchedule",
    },
  ],
  "scheduler/scheduleGroup:ScheduleGroup": [
    "scheduler",
    {
      create: "CreateScheduleGroup TagResource",
      update: tags,
      delete: "DeleteScheduleGroup DeleteSchedule",
      read: "GetScheduleGroup ListTagsForResource",
    },
  ],
  "sqs/queue:Queue": [
    "sqs",
    {
      create: "CreateQueue TagQueue",
      update: "SetQueueAttributes TagQueue UntagQueue",
      delete: "DeleteQueue",
      read: "GetQueueAttributes GetQueueUrl ListQueueTags",
    },
  ],
  "ssm/parameter:Parameter": [
    "ssm",
    {
      create: "PutParameter AddTagsToResource",
      update: "PutParameter AddTagsToResource RemoveTagsFromResource",
      delete: "DeleteParameter",
      read: "DescribeParameters GetParameters ListTagsForResource",
    },
  ],
  "autoscaling/policy:Policy": [
    "autoscaling",
    { create: "PutScalingPolicy", delete: "DeletePolicy", read: "DescribePolicies" },
  ],
  "backup/plan:Plan": [
    "backup",
    {
      create: "CreateBackupPlan TagResource",
      update: "UpdateBackupPlan",
      delete: "DeleteBackupPlan",
      read: "GetBackupPlan ListTags",
    },
  ],
  "backup/selection:Selection": [
    "backup",
    {
      create: "CreateBackupSelection iam:PassRole",
      delete: "DeleteBackupSelection",
      read: "GetBackupSelection",
    },
  ],
  "backup/restoreTestingPlan:RestoreTestingPlan": [
    "backup",
    {
      create: "CreateRestoreTestingPlan TagResource",
      update: "UpdateRestoreTestingPlan",
      delete: "DeleteRestoreTestingPlan",
      read: "GetRestoreTestingPlan ListTags",
    },
  ],
  "backup/restoreTestingSelection:RestoreTestingSelection": [
    "backup",
    {
      create: "CreateRestoreTestingSelection iam:PassRole",
      update: "UpdateRestoreTestingSelection",
      delete: "DeleteRestoreTestingSelection",
      read: "GetRestoreTestingSelection",
    },
  ],
  "backup/vault:Vault": [
    "backup",
    {
      create: "CreateBackupVault TagResource",
      delete: "DeleteBackupVault",
      read: "DescribeBackupVault ListTags",
    },
  ],
  "backup/vaultLockConfiguration:VaultLockConfiguration": [
    "backup",
    {
      create: "PutBackupVaultLockConfiguration",
      delete: "DeleteBackupVaultLockConfiguration",
      read: "DescribeBackupVault",
    },
  ],
  "budgets/budget:Budget": [
    "budgets",
    {
      create: "ModifyBudget TagResource",
      update: "ModifyBudget",
      delete: "ModifyBudget",
      read: "ViewBudget ListTagsForResource",
    },
  ],
  "cloudwatch/compositeAlarm:CompositeAlarm": ["cloudwatch", alarm("PutCompositeAlarm")],
  "cloudwatch/metricAlarm:MetricAlarm": ["cloudwatch", alarm("PutMetricAlarm")],
  "cloudwatch/dashboard:Dashboard": [
    "cloudwatch",
    { create: "PutDashboard", delete: "DeleteDashboards", read: "GetDashboard" },
  ],
  "cloudwatch/eventRule:EventRule": [
    "events",
    {
      create: "PutRule TagResource",
      update: `PutRule ${tags}`,
      delete: "DeleteRule",
      read: "DescribeRule ListTagsForResource",
    },
  ],
  "cloudwatch/eventTarget:EventTarget": [
    "events",
    { create: "PutTargets", delete: "RemoveTargets", read: "ListTargetsByRule" },
  ],
  "cloudwatch/logGroup:LogGroup": [
    "logs",
    {
      create: "CreateLogGroup PutRetentionPolicy TagResource",
      update: `DeleteRetentionPolicy ${tags}`,
      delete: "DeleteLogGroup",
      read: "DescribeLogGroups ListTagsForResource",
    },
  ],
  "ec2/defaultSecurityGroup:DefaultSecurityGroup": [
    "ec2",
    {
      create: "RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateTags",
      update: "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress DeleteTags",
      delete: "",
      read: "DescribeSecurityGroups",
    },
  ],
  "ec2/eip:Eip": [
    "ec2",
    {
      create: "AllocateAddress CreateTags",
      update: "AssociateAddress DisassociateAddress",
      delete: "ReleaseAddress",
      read: "DescribeAddresses DescribeAddressesAttribute",
    },
  ],
  "ec2/flowLog:FlowLog": [
    "ec2",
    {
      create: "CreateFlowLogs CreateTags iam:PassRole",
      delete: "DeleteFlowLogs",
      read: "DescribeFlowLogs",
    },
  ],
  "ec2/internetGateway:InternetGateway": [
    "ec2",
    {
      create: "CreateInternetGateway AttachInternetGateway CreateTags",
      delete: "DetachInternetGateway DeleteInternetGateway",
      read: "DescribeInternetGateways",
    },
  ],
  "ec2/launchTemplate:LaunchTemplate": [
    "ec2",
    {
      create: "CreateLaunchTemplate CreateTags iam:PassRole",
      update: "CreateLaunchTemplateVersion ModifyLaunchTemplate",
      delete: "DeleteLaunchTemplate",
      read: "DescribeLaunchTemplates DescribeLaunchTemplateVersions",
    },
  ],
  "ec2/natGateway:NatGateway": [
    "ec2",
    {
      create: "CreateNatGateway CreateTags",
      update: "AssociateNatGatewayAddress DisassociateNatGatewayAddress",
      delete: "DeleteNatGateway",
      read: "DescribeNatGateways",
    },
  ],
  "ec2/route:Route": [
    "ec2",
    { create: "CreateRoute", update: "ReplaceRoute", delete: "DeleteRoute", read: "DescribeRouteTables" },
  ],
  "ec2/routeTable:RouteTable": [
    "ec2",
    { create: "CreateRouteTable CreateTags", delete: "DeleteRouteTable", read: "DescribeRouteTables" },
  ],
  "ec2/routeTableAssociation:RouteTableAssociation": [
    "ec2",
    {
      create: "AssociateRouteTable",
      update: "ReplaceRouteTableAssociation",
      delete: "DisassociateRouteTable",
      read: "DescribeRouteTables",
    },
  ],
  "ec2/securityGroup:SecurityGroup": [
    "ec2",
    {
      create: "CreateSecurityGroup RevokeSecurityGroupEgress CreateTags",
      update: "ModifySecurityGroupRules",
      delete: "DeleteSecurityGroup",
      read: "DescribeSecurityGroups DescribeNetworkInterfaces",
    },
  ],
  "ec2/subnet:Subnet": [
    "ec2",
    {
      create: "CreateSubnet CreateTags ModifySubnetAttribute",
      delete: "DeleteSubnet",
      read: "DescribeSubnets",
    },
  ],
  "ec2/vpc:Vpc": [
    "ec2",
    {
      create: "CreateVpc CreateTags ModifyVpcAttribute",
      delete: "DeleteVpc",
      read: "DescribeVpcs DescribeVpcAttribute DescribeNetworkAcls",
    },
  ],
  "ec2/vpcEndpoint:VpcEndpoint": [
    "ec2",
    {
      create: "CreateVpcEndpoint CreateTags",
      update: "ModifyVpcEndpoint",
      delete: "DeleteVpcEndpoints",
      read: "DescribeVpcEndpoints DescribePrefixLists",
    },
  ],
  "vpc/securityGroupEgressRule:SecurityGroupEgressRule": ["ec2", rule("Egress")],
  "vpc/securityGroupIngressRule:SecurityGroupIngressRule": ["ec2", rule("Ingress")],
  "ecr/repository:Repository": [
    "ecr",
    {
      create: "CreateRepository TagResource PutImageTagMutability PutImageScanningConfiguration",
      update: "UntagResource",
      delete: "DeleteRepository",
      read: "DescribeRepositories ListTagsForResource",
    },
  ],
  "ecr/lifecyclePolicy:LifecyclePolicy": [
    "ecr",
    { create: "PutLifecyclePolicy", delete: "DeleteLifecyclePolicy", read: "GetLifecyclePolicy" },
  ],
  "elasticache/parameterGroup:ParameterGroup": [
    "elasticache",
    {
      create: "CreateCacheParameterGroup ModifyCacheParameterGroup AddTagsToResource",
      update: "ResetCacheParameterGroup",
      delete: "DeleteCacheParameterGroup",
      read: "DescribeCacheParameterGroups DescribeCacheParameters",
    },
  ],
  "elasticache/replicationGroup:ReplicationGroup": [
    "elasticache",
    {
      create: "CreateReplicationGroup AddTagsToResource",
      update: "ModifyReplicationGroup IncreaseReplicaCount DecreaseReplicaCount RemoveTagsFromResource",
      delete: "DeleteReplicationGroup",
      read: "DescribeReplicationGroups DescribeCacheClusters ListTagsForResource",
    },
  ],
  "elasticache/subnetGroup:SubnetGroup": [
    "elasticache",
    {
      create: "CreateCacheSubnetGroup AddTagsToResource",
      update: "ModifyCacheSubnetGroup",
      delete: "DeleteCacheSubnetGroup",
      read: "DescribeCacheSubnetGroups",
    },
  ],
  "iam/instanceProfile:InstanceProfile": [
    "iam",
    {
      create: "CreateInstanceProfile AddRoleToInstanceProfile TagInstanceProfile PassRole",
      delete: "RemoveRoleFromInstanceProfile DeleteInstanceProfile",
      read: "GetInstanceProfile",
    },
  ],
  "iam/role:Role": [
    "iam",
    {
      create: "CreateRole TagRole",
      update: "UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription UntagRole",
      delete: "DeleteRole ListInstanceProfilesForRole ListAttachedRolePolicies ListRolePolicies",
      read: "GetRole ListRolePolicies ListAttachedRolePolicies",
    },
  ],
  "iam/rolePolicy:RolePolicy": [
    "iam",
    { create: "PutRolePolicy", delete: "DeleteRolePolicy", read: "GetRolePolicy" },
  ],
  "iam/rolePolicyAttachment:RolePolicyAttachment": [
    "iam",
    { create: "AttachRolePolicy", delete: "DetachRolePolicy", read: "ListAttachedRolePolicies" },
  ],
  "kms/key:Key": [
    "kms",
    {
      create: "CreateKey TagResource EnableKeyRotation",
      update: "UpdateKeyDescription PutKeyPolicy UntagResource",
      delete: "ScheduleKeyDeletion",
      read: "DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
    },
  ],
  "kms/keyPolicy:KeyPolicy": ["kms", { create: "PutKeyPolicy", delete: "", read: "GetKeyPolicy" }],
  "lb/listener:Listener": [
    "elasticloadbalancing",
    {
      create: "CreateListener AddTags",
      update: "ModifyListener ModifyListenerAttributes RemoveTags",
      delete: "DeleteListener",
      read: "DescribeListeners DescribeListenerAttributes DescribeTags",
    },
  ],
  "lb/listenerRule:ListenerRule": [
    "elasticloadbalancing",
    {
      create: "CreateRule AddTags",
      update: "ModifyRule SetRulePriorities",
      delete: "DeleteRule",
      read: "DescribeRules DescribeTags",
    },
  ],
  "lb/loadBalancer:LoadBalancer": [
    "elasticloadbalancing",
    {
      create: "CreateLoadBalancer AddTags ModifyLoadBalancerAttributes",
      update: "SetSecurityGroups SetSubnets SetIpAddressType",
      delete: "DeleteLoadBalancer",
      read: "DescribeLoadBalancers DescribeLoadBalancerAttributes DescribeCapacityReservation",
    },
  ],
  "lb/targetGroup:TargetGroup": [
    "elasticloadbalancing",
    {
      create: "CreateTargetGroup AddTags ModifyTargetGroupAttributes",
      update: "ModifyTargetGroup",
      delete: "DeleteTargetGroup",
      read: "DescribeTargetGroups DescribeTargetGroupAttributes DescribeTargetHealth",
    },
  ],
  "rds/instance:Instance": [
    "rds",
    {
      create: "CreateDBInstance AddTagsToResource iam:PassRole",
      update: "ModifyDBInstance RemoveTagsFromResource",
      delete: "DeleteDBInstance",
      read: "DescribeDBInstances ListTagsForResource",
    },
  ],
  "rds/parameterGroup:ParameterGroup": [
    "rds",
    {
      create: "CreateDBParameterGroup ModifyDBParameterGroup AddTagsToResource",
      update: "ResetDBParameterGroup",
      delete: "DeleteDBParameterGroup",
      read: "DescribeDBParameterGroups DescribeDBParameters",
    },
  ],
  "rds/subnetGroup:SubnetGroup": [
    "rds",
    {
      create: "CreateDBSubnetGroup AddTagsToResource",
      update: "ModifyDBSubnetGroup",
      delete: "DeleteDBSubnetGroup",
      read: "DescribeDBSubnetGroups",
    },
  ],
  "route53/record:Record": [
    "route53",
    {
      create: "ChangeResourceRecordSets",
      delete: "ChangeResourceRecordSets",
      read: "ListResourceRecordSets GetHostedZone GetChange",
    },
  ],
  "s3/bucket:Bucket": [
    "s3",
    {
      create: "CreateBucket PutBucketTagging",
      delete: "DeleteBucket",
      read: "ListBucket GetBucketTagging GetBucketLocation GetAccelerateConfiguration GetEncryptionConfiguration GetLifecycleConfiguration GetBucketVersioning",
    },
  ],
  "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": [
    "s3",
    {
      create: "PutLifecycleConfiguration",
      delete: "PutLifecycleConfiguration",
      read: "GetLifecycleConfiguration",
    },
  ],
  "s3/bucketOwnershipControls:BucketOwnershipControls": [
    "s3",
    {
      create: "PutBucketOwnershipControls",
      delete: "PutBucketOwnershipControls",
      read: "GetBucketOwnershipControls",
    },
  ],
  "s3/bucketPolicy:BucketPolicy": [
    "s3",
    { create: "PutBucketPolicy", delete: "DeleteBucketPolicy", read: "GetBucketPolicy" },
  ],
  "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [
    "s3",
    {
      create: "PutBucketPublicAccessBlock",
      delete: "PutBucketPublicAccessBlock",
      read: "GetBucketPublicAccessBlock",
    },
  ],
  "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    "s3",
    {
      create: "PutEncryptionConfiguration",
      delete: "PutEncryptionConfiguration",
      read: "GetEncryptionConfiguration",
    },
  ],
  "s3/bucketVersioning:BucketVersioning": [
    "s3",
    { create: "PutBucketVersioning", delete: "PutBucketVersioning", read: "GetBucketVersioning" },
  ],
  "secretsmanager/secret:Secret": [
    "secretsmanager",
    {
      create: "CreateSecret TagResource",
      update: "UpdateSecret",
      delete: "DeleteSecret",
      read: "DescribeSecret GetResourcePolicy",
    },
  ],
  "secretsmanager/secretVersion:SecretVersion": [
    "secretsmanager",
    { create: "PutSecretValue", delete: "", read: "GetSecretValue DescribeSecret" },
  ],
  "ssm/document:Document": [
    "ssm",
    {
      create: "CreateDocument AddTagsToResource",
      update: "UpdateDocument UpdateDocumentDefaultVersion RemoveTagsFromResource",
      delete: "DeleteDocument",
      read: "DescribeDocument DescribeDocumentPermission GetDocument ListTagsForResource",
    },
  ],
  "sns/topic:Topic": [
    "sns",
    {
      create: "CreateTopic SetTopicAttributes TagResource",
      update: "UntagResource",
      delete: "DeleteTopic",
      read: "GetTopicAttributes ListTagsForResource",
    },
  ],
  "sns/topicPolicy:TopicPolicy": [
    "sns",
    { create: "SetTopicAttributes", delete: "SetTopicAttributes", read: "GetTopicAttributes" },
  ],
  "sns/topicSubscription:TopicSubscription": [
    "sns",
    { create: "Subscribe", delete: "Unsubscribe", read: "GetSubscriptionAttributes" },
  ],
  "wafv2/webAcl:WebAcl": [
    "wafv2",
    {
      create: "CreateWebACL TagResource",
      update: "UpdateWebACL UntagResource",
      delete: "DeleteWebACL",
      read: "GetWebACL ListTagsForResource",
    },
  ],
  "wafv2/webAclAssociation:WebAclAssociation": [
    "wafv2",
    {
      create: "AssociateWebACL elasticloadbalancing:SetWebAcl",
      delete: "DisassociateWebACL",
      read: "GetWebACLForResource",
    },
  ],
};

function appConfig(what: string): Needs {
  return {
    create: `Create${what} TagResource`,
    update: `Update${what} UntagResource`,
    delete: `Delete${what}`,
    read: `Get${what} ListTagsForResource`,
  };
}

function alarm(put: string): Needs {
  return {
    create: `${put} TagResource`,
    update: `${put} ${tags} EnableAlarmActions DisableAlarmActions`,
    delete: "DeleteAlarms",
    read: "DescribeAlarms ListTagsForResource",
  };
}

function rule(way: "Egress" | "Ingress"): Needs {
  return {
    create: `AuthorizeSecurityGroup${way} CreateTags`,
    update: "ModifySecurityGroupRules",
    delete: `RevokeSecurityGroup${way}`,
    read: "DescribeSecurityGroupRules",
  };
}
