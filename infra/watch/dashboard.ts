import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { WEIGHT_METRIC } from "./weight-metric.ts";

export interface DashboardArgs {
  stack: string;
  region: string;
  tracks: {
    name: string;
    targetGroupArnSuffix: pulumi.Input<string>;
    autoscalingGroupName: pulumi.Input<string>;
  }[];
  balancerArnSuffix: pulumi.Input<string>;
  databaseIdentifier: pulumi.Input<string>;
  /** The `CacheClusterId` of each node. */
  cacheNodeIds: pulumi.Input<string>[];
}

/**
 * A page of graphs: traffic, errors and latency with a line for each track, and its weight, which shows each step of a rollout;
 * then what the tracks share.
 */
export class Dashboard extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rollout:infra:Dashboard", name, {}, opts);
    const { region } = args;

    const dashboard = new aws.cloudwatch.Dashboard(
      `${name}-dashboard`,
      { dashboardName: `rollout-${name}`, dashboardBody: pulumi.jsonStringify(body(args)) },
      { parent: this },
    );

    this.url = pulumi.interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`;
    this.registerOutputs({ url: this.url });
  }
}

/** A line of a graph: `[namespace, metric, dimension, value, ..., options]` (AWS docs, "Dashboard body structure"). */
type Line = (pulumi.Input<string> | { label: string })[];

interface Graph {
  title: string;
  stat: string;
  lines: Line[];
}

const GRAPHS_IN_A_ROW = 3;
const SIZE = { width: 24 / GRAPHS_IN_A_ROW, height: 6 };

function body(args: DashboardArgs) {
  const graphs = [...perTrack(args), ...shared(args)];
  return {
    widgets: graphs.map(({ title, stat, lines }, i) => ({
      type: "metric",
      x: (i % GRAPHS_IN_A_ROW) * SIZE.width,
      y: Math.floor(i / GRAPHS_IN_A_ROW) * SIZE.height,
      ...SIZE,
      properties: { title, stat, period: 60, region: args.region, view: "timeSeries", metrics: lines },
    })),
  };
}

/** In the same order whatever the config's, so that a preview shows a change only where there is one. */
function perTrack({ stack, tracks, balancerArnSuffix }: DashboardArgs): Graph[] {
  const sorted = tracks.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const served = (metric: string): Line[] =>
    sorted.map(({ name, targetGroupArnSuffix }) => [
      "AWS/ApplicationELB",
      metric,
      "LoadBalancer",
      balancerArnSuffix,
      "TargetGroup",
      targetGroupArnSuffix,
      { label: name },
    ]);
  const hosted = (namespace: string, metric: string): Line[] =>
    sorted.map(({ name, autoscalingGroupName }) => [
      namespace,
      metric,
      "AutoScalingGroupName",
      autoscalingGroupName,
      { label: name },
    ]);
  const weights = sorted.map(({ name }): Line => {
    const { namespace, name: metric } = WEIGHT_METRIC;
    return [namespace, metric, "Stack", stack, "Track", name, { label: name }];
  });
  return [
    { title: "Requests a minute, by track", stat: "Sum", lines: served("RequestCount") },
    { title: "Errors (5xx) a minute, by track", stat: "Sum", lines: served("HTTPCode_Target_5XX_Count") },
    { title: "Latency p95 in seconds, by track", stat: "p95", lines: served("TargetResponseTime") },
    { title: "Weight in % while a rollout is under way, by track", stat: "Average", lines: weights },
    { title: "Healthy servers, by track", stat: "Maximum", lines: served("HealthyHostCount") },
    { title: "CPU of servers in %, by track", stat: "Average", lines: hosted("AWS/EC2", "CPUUtilization") },
    {
      title: "Memory of servers in %, by track",
      stat: "Maximum",
      lines: hosted("CWAgent", "mem_used_percent"),
    },
  ];
}

function shared({ balancerArnSuffix, databaseIdentifier, cacheNodeIds }: DashboardArgs): Graph[] {
  const balancer = (metric: string): Line => [
    "AWS/ApplicationELB",
    metric,
    "LoadBalancer",
    balancerArnSuffix,
  ];
  const database = (metric: string): Line => ["AWS/RDS", metric, "DBInstanceIdentifier", databaseIdentifier];
  const cache = (metric: string): Line[] =>
    cacheNodeIds.map((id, i) => [
      "AWS/ElastiCache",
      metric,
      "CacheClusterId",
      id,
      { label: `node ${i + 1}` },
    ]);
  return [
    {
      title: "The balancer's own 5xx, refused connections",
      stat: "Sum",
      lines: [balancer("HTTPCode_ELB_5XX_Count"), balancer("RejectedConnectionCount")],
    },
    { title: "Database: CPU in %", stat: "Average", lines: [database("CPUUtilization")] },
    { title: "Database: connections", stat: "Maximum", lines: [database("DatabaseConnections")] },
    { title: "Database: free storage in bytes", stat: "Minimum", lines: [database("FreeStorageSpace")] },
    { title: "Cache: memory in %", stat: "Maximum", lines: cache("DatabaseMemoryUsagePercentage") },
    { title: "Cache: keys evicted a minute", stat: "Sum", lines: cache("Evictions") },
  ].filter(({ lines }) => lines.length > 0);
}
