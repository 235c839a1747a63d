import {
  App,
  aws_cloudwatch_actions as actions,
  aws_autoscaling as autoscaling,
  aws_cloudwatch as cloudwatch,
  Duration,
  aws_ec2 as ec2,
  aws_elasticache as elasticache,
  aws_elasticloadbalancingv2 as elb,
  aws_iam as iam,
  aws_logs as logs,
  aws_rds as rds,
  Stack,
  aws_s3 as s3,
  aws_secretsmanager as secrets,
  aws_sns as sns,
} from "aws-cdk-lib";

// The peer: network, servers of two weighted tracks behind a balancer, database, cache, secrets and alarms, as
// someone would write them in CDK. Imports are those of its documentation; it is run by Node alone, which is the
// quickest way to run a CDK app (its default goes through ts-node).
const app = new App({ outdir: process.argv[2] });
const stack = new Stack(app, "beta", { env: { account: "123456789012", region: "us-east-1" } });

const vpc = new ec2.Vpc(stack, "network", {
  ipAddresses: ec2.IpAddresses.cidr("10.20.0.0/16"),
  availabilityZones: ["us-east-1a", "us-east-1b"],
  natGateways: 1,
  subnetConfiguration: [
    { name: "public", subnetType: ec2.SubnetType.PUBLIC },
    { name: "servers", subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    { name: "data", subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  ],
  gatewayEndpoints: { s3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
});
vpc.addFlowLog("flow");

const group = (name: string) => new ec2.SecurityGroup(stack, name, { vpc, allowAllOutbound: false });
const [balancerGroup, serversGroup, databaseGroup, cacheGroup] = [
  group("balancer-group"),
  group("servers-group"),
  group("database-group"),
  group("cache-group"),
];
for (const port of [80, 443]) balancerGroup.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port));
serversGroup.addIngressRule(balancerGroup, ec2.Port.tcp(443));
databaseGroup.addIngressRule(serversGroup, ec2.Port.tcp(5432));
cacheGroup.addIngressRule(serversGroup, ec2.Port.tcp(6379));

const secretOf = (name: string) =>
  new secrets.Secret(stack, name, { generateSecretString: { excludePunctuation: true, passwordLength: 64 } });
const [secretKey, cachePassword] = [secretOf("secret-key"), secretOf("cache-password")];
const logGroups = ["app", "nginx", "system"].map(
  (name) => new logs.LogGroup(stack, `logs-${name}`, { retention: logs.RetentionDays.ONE_MONTH }),
);

const database = new rds.DatabaseInstance(stack, "database", {
  engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_16 }),
  instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.SMALL),
  vpc,
  vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  securityGroups: [databaseGroup],
  parameters: { "rds.force_ssl": "1" },
  storageEncrypted: true,
  deletionProtection: true,
});

const cacheSubnets = new elasticache.CfnSubnetGroup(stack, "cache-subnets", {
  description: "cache",
  subnetIds: vpc.isolatedSubnets.map(({ subnetId }) => subnetId),
});
const cache = new elasticache.CfnReplicationGroup(stack, "cache", {
  replicationGroupDescription: "cache",
  engine: "redis",
  cacheNodeType: "cache.t4g.micro",
  numCacheClusters: 1,
  cacheSubnetGroupName: cacheSubnets.ref,
  securityGroupIds: [cacheGroup.securityGroupId],
  transitEncryptionEnabled: true,
  atRestEncryptionEnabled: true,
  authToken: cachePassword.secretValue.unsafeUnwrap(),
});

const role = new iam.Role(stack, "server-role", { assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com") });
for (const each of [secretKey, cachePassword, database.secret!]) each.grantRead(role);
for (const each of logGroups) each.grantWrite(role);

const tracks = ["blue", "green"].map((name) => {
  const userData = ec2.UserData.forLinux();
  userData.addCommands(
    `echo database ${database.dbInstanceEndpointAddress}`,
    `echo cache ${cache.attrPrimaryEndPointAddress}`,
    `echo key ${secretKey.secretArn}`,
  );
  const servers = new autoscaling.AutoScalingGroup(stack, `${name}-servers`, {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
    launchTemplate: new ec2.LaunchTemplate(stack, `${name}-template`, {
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.T3, ec2.InstanceSize.MEDIUM),
      machineImage: ec2.MachineImage.fromSsmParameter(
        "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
      ),
      requireImdsv2: true,
      securityGroup: serversGroup,
      role,
      userData,
      blockDevices: [{ deviceName: "/dev/sda1", volume: ec2.BlockDeviceVolume.ebs(40, { encrypted: true }) }],
    }),
    minCapacity: 1,
    maxCapacity: 1,
  });
  const targets = new elb.ApplicationTargetGroup(stack, `${name}-targets`, {
    vpc,
    port: 443,
    protocol: elb.ApplicationProtocol.HTTPS,
    targets: [servers],
    healthCheck: { path: "/health", interval: Duration.seconds(5), timeout: Duration.seconds(4) },
    deregistrationDelay: Duration.seconds(60),
  });
  return { name, servers, targets };
});

const balancer = new elb.ApplicationLoadBalancer(stack, "balancer", {
  vpc,
  internetFacing: true,
  securityGroup: balancerGroup,
});
balancer.logAccessLogs(new s3.Bucket(stack, "access-logs", { enforceSSL: true }));
balancer.addRedirect();
const listener = balancer.addListener("https", {
  port: 443,
  certificates: [
    elb.ListenerCertificate.fromArn(
      "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000",
    ),
  ],
  defaultAction: elb.ListenerAction.weightedForward(
    tracks.map(({ targets }, index) => ({ targetGroup: targets, weight: index === 0 ? 90 : 10 })),
  ),
});
tracks.forEach(({ name, targets }, index) => {
  for (const [offset, condition] of [
    elb.ListenerCondition.httpHeader("x-rollout-track", [name]),
    elb.ListenerCondition.httpHeader("cookie", [`*rollout-track=${name}*`]),
  ].entries()) {
    listener.addAction(`${name}-testers-${offset}`, {
      priority: 100 + 2 * index + offset,
      conditions: [condition],
      action: elb.ListenerAction.forward([targets]),
    });
  }
});

const topics = ["P1", "P2", "P3", "P4"].map((name) => new sns.Topic(stack, name));
const alarm = (name: string, metric: cloudwatch.Metric, threshold: number) =>
  new cloudwatch.Alarm(stack, name, { metric, threshold, evaluationPeriods: 3 }).addAlarmAction(
    new actions.SnsAction(topics[1]!),
  );
for (const { name, targets, servers } of tracks) {
  const { metrics } = targets;
  alarm(`${name}-5xx`, metrics.httpCodeTarget(elb.HttpCodeTarget.TARGET_5XX_COUNT) as cloudwatch.Metric, 10);
  alarm(`${name}-4xx`, metrics.httpCodeTarget(elb.HttpCodeTarget.TARGET_4XX_COUNT) as cloudwatch.Metric, 100);
  alarm(`${name}-latency`, metrics.targetResponseTime({ statistic: "p95" }) as cloudwatch.Metric, 0.5);
  alarm(`${name}-unhealthy`, metrics.unhealthyHostCount() as cloudwatch.Metric, 0);
  alarm(`${name}-cpu`, ec2Metric("CPUUtilization", servers.autoScalingGroupName), 80);
  alarm(`${name}-status`, ec2Metric("StatusCheckFailed", servers.autoScalingGroupName), 0);
}
alarm("database-cpu", database.metricCPUUtilization(), 80);
alarm("database-space", database.metricFreeStorageSpace(), 4e9);
alarm("database-connections", database.metricDatabaseConnections(), 80);
alarm("database-memory", database.metricFreeableMemory(), 2e8);
for (const metricName of [
  "CPUUtilization",
  "DatabaseMemoryUsagePercentage",
  "Evictions",
  "CurrConnections",
]) {
  const dimensionsMap = { ReplicationGroupId: cache.ref };
  alarm(
    `cache-${metricName}`,
    new cloudwatch.Metric({ namespace: "AWS/ElastiCache", metricName, dimensionsMap }),
    80,
  );
}

function ec2Metric(metricName: string, AutoScalingGroupName: string) {
  return new cloudwatch.Metric({ namespace: "AWS/EC2", metricName, dimensionsMap: { AutoScalingGroupName } });
}

const { stacks } = app.synth();
console.log(`${Object.keys(stacks[0]!.template.Resources).length} resources`);
