/**
 * Services whose resources have no name of ours in their ARN: told apart by region and verb only. What each resource asks
 * for when it is made, changed and deleted, and no more: test/aws/permissions.test.ts holds it to AWS's own lists.
 */
export const BY_REGION: Record<string, string[]> = {
  acm: words(`
    AddTagsToCertificate DeleteCertificate RemoveTagsFromCertificate RequestCertificate
  `),
  appconfig: words(`
    CreateApplication CreateConfigurationProfile CreateDeploymentStrategy CreateEnvironment
    CreateHostedConfigurationVersion DeleteApplication DeleteConfigurationProfile
    DeleteDeploymentStrategy DeleteEnvironment DeleteHostedConfigurationVersion StartDeployment
    StopDeployment TagResource UntagResource UpdateApplication UpdateConfigurationProfile
    UpdateDeploymentStrategy UpdateEnvironment
  `),
  autoscaling: words(`
    AttachLoadBalancerTargetGroups CancelInstanceRefresh CreateAutoScalingGroup CreateOrUpdateTags
    DeleteAutoScalingGroup DeleteLifecycleHook DeletePolicy DeleteTags DetachLoadBalancerTargetGroups
    DisableMetricsCollection EnableMetricsCollection PutLifecycleHook PutScalingPolicy
    RollbackInstanceRefresh SetDesiredCapacity StartInstanceRefresh UpdateAutoScalingGroup
  `),
  backup: words(`
    CreateBackupPlan CreateBackupSelection CreateBackupVault CreateRestoreTestingPlan
    CreateRestoreTestingSelection DeleteBackupPlan DeleteBackupSelection
    PutBackupVaultLockConfiguration StartBackupJob TagResource UntagResource UpdateBackupPlan
    UpdateRestoreTestingPlan UpdateRestoreTestingSelection
  `),
  "backup-storage": words(`
    MountCapsule
  `),
  cloudwatch: words(`
    DeleteAlarms DeleteDashboards DisableAlarmActions EnableAlarmActions PutCompositeAlarm
    PutDashboard PutMetricAlarm TagResource UntagResource
  `),
  ec2: words(`
    AllocateAddress AssociateAddress AssociateNatGatewayAddress AssociateRouteTable
    AttachInternetGateway AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateFlowLogs
    CreateInternetGateway CreateLaunchTemplate CreateLaunchTemplateVersion CreateNatGateway
    CreateRoute CreateRouteTable CreateSecurityGroup CreateSubnet CreateTags CreateVpc
    CreateVpcEndpoint DeleteFlowLogs DeleteInternetGateway DeleteLaunchTemplate DeleteNatGateway
    DeleteRoute DeleteRouteTable DeleteSecurityGroup DeleteSubnet DeleteTags DeleteVpc
    DeleteVpcEndpoints DetachInternetGateway DisassociateAddress DisassociateNatGatewayAddress
    DisassociateRouteTable ModifyLaunchTemplate ModifySecurityGroupRules ModifySubnetAttribute
    ModifyVpcAttribute ModifyVpcEndpoint ReleaseAddress ReplaceRoute ReplaceRouteTableAssociation
    RevokeSecurityGroupEgress RevokeSecurityGroupIngress RunInstances
  `),
  ecr: words(`
    BatchCheckLayerAvailability BatchGetImage CompleteLayerUpload CreateRepository
    DeleteLifecyclePolicy GetAuthorizationToken GetDownloadUrlForLayer InitiateLayerUpload PutImage
    PutImageScanningConfiguration PutImageTagMutability PutLifecyclePolicy TagResource UntagResource
    UploadLayerPart
  `),
  elasticache: words(`
    AddTagsToResource CreateCacheParameterGroup CreateCacheSubnetGroup CreateReplicationGroup
    DecreaseReplicaCount IncreaseReplicaCount ModifyCacheParameterGroup ModifyCacheSubnetGroup
    ModifyReplicationGroup RemoveTagsFromResource ResetCacheParameterGroup
  `),
  elasticloadbalancing: words(`
    AddTags CreateListener CreateLoadBalancer CreateRule CreateTargetGroup CreateWebACLAssociation
    DeleteListener DeleteRule DeleteTargetGroup DeleteWebACLAssociation ModifyListener
    ModifyListenerAttributes ModifyLoadBalancerAttributes ModifyRule ModifyTargetGroup
    ModifyTargetGroupAttributes RemoveTags SetIpAddressType SetRulePriorities SetSecurityGroups
    SetSubnets SetWebAcl
  `),
  events: words(`
    DeleteRule PutRule PutTargets RemoveTargets TagResource UntagResource
  `),
  kms: words(`
    CreateGrant CreateKey EnableKeyRotation PutKeyPolicy RetireGrant TagResource UntagResource
    UpdateKeyDescription
  `),
  rds: words(`
    AddTagsToResource CreateDBInstance CreateDBParameterGroup CreateDBSubnetGroup ModifyDBInstance
    ModifyDBParameterGroup ModifyDBSubnetGroup RemoveTagsFromResource ResetDBParameterGroup
  `),
  scheduler: words(`
    CreateSchedule CreateScheduleGroup DeleteSchedule DeleteScheduleGroup TagResource UntagResource
    UpdateSchedule
  `),
  sns: words(`
    CreateTopic DeleteTopic SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource
  `),
  wafv2: words(`
    AssociateWebACL CreateWebACL DeleteWebACL DisassociateWebACL TagResource UntagResource
    UpdateWebACL
  `),
};

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

/** What reading a stack takes: a preview with refresh, the status of a rollout. */
export const READ = [
  "acm",
  "appconfig",
  "autoscaling",
  "backup",
  "budgets",
  "cloudwatch",
  "ec2",
  "ecr",
  "elasticache",
  "elasticloadbalancing",
  "events",
  "iam",
  "kms",
  "logs",
  "rds",
  "route53",
  "scheduler",
  "sns",
  "wafv2",
]
  .flatMap((service) => ["Describe*", "Get*", "List*"].map((verb) => `${service}:${verb}`))
  // Names and kinds, not values.
  .concat("ssm:DescribeParameters");

/** What opens something else than the description of a resource: not part of reading. */
export const NEVER_READ = [
  "appconfig:GetLatestConfiguration",
  "ec2:GetPasswordData",
  "kms:GetParametersForImport",
  "logs:GetLogEvents",
  "logs:GetLogRecord",
  "logs:GetQueryResults",
  "rds:DownloadCompleteDBLogFile",
];
