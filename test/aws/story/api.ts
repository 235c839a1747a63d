import {
  AppConfigClient,
  DeleteHostedConfigurationVersionCommand,
  GetEnvironmentCommand,
  ListDeploymentsCommand,
  ListHostedConfigurationVersionsCommand,
  StopDeploymentCommand,
} from "@aws-sdk/client-appconfig";
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { BackupClient, DescribeBackupJobCommand, StartBackupJobCommand } from "@aws-sdk/client-backup";
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  CreateDBSnapshotCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { SendCommandCommand, SSMClient } from "@aws-sdk/client-ssm";
import { mockClient } from "aws-sdk-client-mock";
import { actionOf } from "../../../rollout/platforms/aws/balancer/listener.ts";
import type { Account } from "./account.ts";

/**
 * The API of the account for the program's hooks, a rollout and a teardown: their own clients ask it, in this process.
 *
 * @returns what takes it away again
 */
export function answerFor(account: Account): () => void {
  const restores = [figures, flags, backups, balancer, groups, database].map((each) => each(account));
  return () => {
    for (const restore of restores) restore();
  };
}

function figures({ watch }: Account): () => void {
  const mock = mockClient(CloudWatchClient);
  mock.on(GetMetricDataCommand).callsFake(({ MetricDataQueries, StartTime }) => {
    const { Namespace, MetricName, Dimensions } = MetricDataQueries[0].MetricStat.Metric;
    const dimensions = Object.fromEntries(
      Dimensions.map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]),
    );
    const metric = { namespace: Namespace, name: MetricName, dimensions };
    return { MetricDataResults: [{ Values: watch.hasFigures(metric, StartTime.getTime()) ? [1] : [] }] };
  });
  mock.on(DescribeAlarmsCommand).callsFake(({ AlarmNames }) => ({
    CompositeAlarms: AlarmNames.flatMap((name: string) => {
      const found = watch.state(name);
      const since = watch.transitions.findLast(({ alarm }) => alarm === name)?.at;
      if (!found) return [];
      return [
        {
          AlarmName: name,
          StateValue: found.state,
          ...(since && { StateTransitionedTimestamp: new Date(since) }),
        },
      ];
    }),
  }));
  return () => mock.restore();
}

function flags({ flags }: Account): () => void {
  const mock = mockClient(AppConfigClient);
  mock.on(ListDeploymentsCommand).callsFake(() => ({
    Items: flags.deployments.map(({ number, state }) => ({ DeploymentNumber: number, State: state })),
  }));
  mock.on(GetEnvironmentCommand).callsFake(() => ({
    Monitors: flags.monitors.map((AlarmArn) => ({ AlarmArn })),
  }));
  mock.on(StopDeploymentCommand).callsFake(({ DeploymentNumber }) => flags.stop(DeploymentNumber));
  mock.on(ListHostedConfigurationVersionsCommand).callsFake(() => ({
    Items: [...flags.versions].map((VersionNumber) => ({ VersionNumber })),
  }));
  mock
    .on(DeleteHostedConfigurationVersionCommand)
    .callsFake(({ VersionNumber }) => void flags.versions.delete(VersionNumber));
  return () => mock.restore();
}

function backups({ vault }: Account): () => void {
  const mock = mockClient(BackupClient);
  mock.on(StartBackupJobCommand).callsFake(({ IdempotencyToken, Lifecycle }) => ({
    BackupJobId: vault.start(IdempotencyToken, Lifecycle).id,
  }));
  mock.on(DescribeBackupJobCommand).callsFake(({ BackupJobId }) => {
    const job = vault.jobs.get(BackupJobId);
    return { State: job?.state, StatusMessage: job?.why };
  });
  return () => mock.restore();
}

function balancer(account: Account): () => void {
  const mock = mockClient(ElasticLoadBalancingV2Client);
  mock.on(DescribeListenersCommand).callsFake(() => ({
    Listeners: [{ DefaultActions: [actionOf({ groups: account.split })] }],
  }));
  mock.on(ModifyListenerCommand).callsFake(({ DefaultActions }) => {
    account.split = DefaultActions[0].ForwardConfig.TargetGroups.map(
      ({ TargetGroupArn, Weight }: { TargetGroupArn: string; Weight: number }) => ({
        arn: TargetGroupArn,
        weight: Weight,
      }),
    );
  });
  mock.on(DescribeRulesCommand).callsFake(() => ({
    Rules: [...account.matched].map(([urn, RegexValues]) => ({
      RuleArn: account.physical.text({ urn, property: "arn" }),
      Conditions: [{ Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "cookie", RegexValues } }],
    })),
  }));
  mock.on(ModifyRuleCommand).callsFake(({ RuleArn, Conditions }) => {
    const urn = [...account.matched.keys()].find(
      (each) => account.physical.text({ urn: each, property: "arn" }) === RuleArn,
    );
    account.matched.set(urn!, Conditions[0].HttpHeaderConfig.RegexValues);
  });
  mock.on(DescribeTargetHealthCommand).callsFake(({ TargetGroupArn }) => {
    const group = [...account.fleet.groups.values()].find(({ targets }) => targets === TargetGroupArn);
    const healthy = group ? account.fleet.healthy(group, account.used.get(TargetGroupArn)) : [];
    return {
      TargetHealthDescriptions: healthy.map((Id) => ({ Target: { Id }, TargetHealth: { State: "healthy" } })),
    };
  });
  mock.on(ModifyLoadBalancerAttributesCommand).callsFake(({ Attributes }) => {
    for (const { Key, Value } of Attributes)
      if (Key === "deletion_protection.enabled")
        protect(account, "aws:lb/loadBalancer:LoadBalancer", Value === "true");
  });
  return () => mock.restore();
}

function protect(account: Account, type: string, on: boolean): void {
  const found = account.find(type);
  if (found) account.protection.set(found.name, on);
}

function groups({ fleet }: Account): () => void {
  const mock = mockClient(AutoScalingClient);
  const ssm = mockClient(SSMClient);
  ssm.on(SendCommandCommand).resolves({});
  mock.on(DescribeAutoScalingGroupsCommand).callsFake(({ AutoScalingGroupNames }) => ({
    AutoScalingGroups: AutoScalingGroupNames.flatMap((name: string) => {
      const group = fleet.groups.get(name);
      if (!group) return [];
      return [
        {
          AutoScalingGroupName: name,
          MinSize: group.min,
          MaxSize: group.max,
          DesiredCapacity: group.desired,
          LaunchTemplate: { Version: group.version },
          Instances: group.servers.map(({ id, state, version }) => ({
            InstanceId: id,
            LifecycleState: state,
            LaunchTemplate: { Version: version },
          })),
        },
      ];
    }),
  }));
  mock.on(UpdateAutoScalingGroupCommand).callsFake(({ AutoScalingGroupName, MinSize, DesiredCapacity }) => {
    const group = fleet.group(AutoScalingGroupName);
    Object.assign(group, { min: MinSize, desired: DesiredCapacity });
    fleet.scale(group);
  });
  mock.on(DescribeInstanceRefreshesCommand).callsFake(({ AutoScalingGroupName }) => ({
    InstanceRefreshes: fleet
      .group(AutoScalingGroupName)
      .refreshes.map(({ id, status }) => ({ InstanceRefreshId: id, Status: status })),
  }));
  mock.on(StartInstanceRefreshCommand).callsFake(({ AutoScalingGroupName }) => ({
    InstanceRefreshId: fleet.refresh(AutoScalingGroupName),
  }));
  return () => {
    mock.restore();
    ssm.restore();
  };
}

function database(account: Account): () => void {
  const mock = mockClient(RDSClient);
  mock
    .on(CreateDBSnapshotCommand)
    .callsFake(({ DBSnapshotIdentifier }) => void account.snapshots.add(DBSnapshotIdentifier));
  mock.on(DescribeDBSnapshotsCommand).resolves({ DBSnapshots: [{ Status: "available" }] });
  mock
    .on(ModifyDBInstanceCommand)
    .callsFake(({ DeletionProtection }) =>
      protect(account, "aws:rds/instance:Instance", DeletionProtection === true),
    );
  return () => mock.restore();
}
