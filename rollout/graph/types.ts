/** The type tokens of what is looked for by its type, in a graph or in a stack's state. */
export const TYPES = {
  stack: "pulumi:pulumi:Stack",
  provider: "pulumi:providers:aws",
  track: "rollout:infra:Track",
  images: "rollout:infra:Images",
  serverRole: "rollout:infra:ServerRole",

  balancer: "aws:lb/loadBalancer:LoadBalancer",
  listener: "aws:lb/listener:Listener",
  listenerRule: "aws:lb/listenerRule:ListenerRule",
  targetGroup: "aws:lb/targetGroup:TargetGroup",
  webAcl: "aws:wafv2/webAcl:WebAcl",
  webAclAssociation: "aws:wafv2/webAclAssociation:WebAclAssociation",
  certificate: "aws:acm/certificate:Certificate",
  record: "aws:route53/record:Record",

  autoscalingGroup: "aws:autoscaling/group:Group",
  launchTemplate: "aws:ec2/launchTemplate:LaunchTemplate",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",

  database: "aws:rds/instance:Instance",
  databaseParameters: "aws:rds/parameterGroup:ParameterGroup",
  cache: "aws:elasticache/replicationGroup:ReplicationGroup",
  cacheParameters: "aws:elasticache/parameterGroup:ParameterGroup",
  secret: "aws:secretsmanager/secret:Secret",
  secretVersion: "aws:secretsmanager/secretVersion:SecretVersion",
  password: "random:index/randomPassword:RandomPassword",
  backupPlan: "aws:backup/plan:Plan",
  vault: "aws:backup/vault:Vault",

  metricAlarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  compositeAlarm: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  eventRule: "aws:cloudwatch/eventRule:EventRule",
  eventTarget: "aws:cloudwatch/eventTarget:EventTarget",
  topic: "aws:sns/topic:Topic",
  subscription: "aws:sns/topicSubscription:TopicSubscription",
  budget: "aws:budgets/budget:Budget",
} as const;
