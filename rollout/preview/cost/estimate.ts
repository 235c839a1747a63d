import type { Graph, GraphResource } from "../../graph/model.ts";
import { referencesIn } from "../../graph/text.ts";
import { at, inputsOf, list, type Shown } from "../shown.ts";
import { PRICES } from "./prices.ts";

/** A part of the monthly bill. */
export interface Item {
  resource: string;
  what: string;
  /** Null: it costs something, and the table doesn't say what. */
  usd: number | null;
}

type Inputs = { [key: string]: Shown };
type Estimator = (
  inputs: Inputs,
  graph: Graph,
  resource: GraphResource,
) => [what: string, usd: number | undefined][];

const { hoursAMonth, hourly, monthly } = PRICES;

const ESTIMATORS: Record<string, Estimator> = {
  "aws:autoscaling/group:Group": servers,
  "aws:rds/instance:Instance": (inputs) => {
    const copies = inputs.multiAz === true ? 2 : 1;
    const gib = Number(inputs.allocatedStorage ?? 0);
    return [
      [
        `${inputs.instanceClass}${copies > 1 ? " and its standby" : ""}`,
        times(PRICES.database[String(inputs.instanceClass)], hoursAMonth * copies),
      ],
      ["storage", gib * monthly.databaseGib * copies],
    ];
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": (inputs) => {
    const nodes = Number(inputs.numCacheClusters ?? 1);
    return [[`nodes`, times(PRICES.cache[String(inputs.nodeType)], hoursAMonth * nodes)]];
  },
  "aws:ec2/natGateway:NatGateway": () => [["NAT gateway", hourly.natGateway * hoursAMonth]],
  "aws:ec2/eip:Eip": () => [["public address", hourly.publicAddress * hoursAMonth]],
  "aws:lb/loadBalancer:LoadBalancer": (inputs) => [
    ["load balancer", hourly.loadBalancer * hoursAMonth],
    [
      "public addresses",
      inputs.internal === true ? 0 : list(inputs.subnets).length * hourly.publicAddress * hoursAMonth,
    ],
  ],
  "aws:wafv2/webAcl:WebAcl": (inputs) => [
    ["web ACL", monthly.webAcl + list(inputs.rules).length * monthly.webAclRule],
  ],
  "aws:secretsmanager/secret:Secret": () => [["secret", monthly.secret]],
  "aws:kms/key:Key": () => [["key", monthly.key]],
  "aws:cloudwatch/metricAlarm:MetricAlarm": (inputs) => [
    [
      "alarm",
      monthly.metricAlarm *
        Math.max(1, list(inputs.metricQueries).filter((each) => at(each, "metric") !== undefined).length),
    ],
  ],
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": () => [["alarm", monthly.compositeAlarm]],
  "aws:cloudwatch/dashboard:Dashboard": () => [["dashboard", monthly.dashboard]],
  "aws:lambda/function:Function": (inputs) => [
    [
      "its start each minute",
      STARTS *
        (PRICES.started + Number(inputs.memorySize) * (LOOK_SECONDS / 1024) * PRICES.functionGibSecond),
    ],
  ],
};

/**
 * What a server's count by the second comes to in a month, in 10^9 bytes: of 30 requests a second some 310 bytes, with the 26 that
 * CloudWatch adds to each line (API Reference, "PutLogEvents"). It hardly grows with the requests: as many times of answers differ.
 */
const SECONDS_GB = (310 * 3600 * hoursAMonth) / 1e9;

/** The controller's: one a minute, which look into the journal, and one in ten or so has its program to load first. */
const STARTS = 60 * hoursAMonth;
const LOOK_SECONDS = 0.5;

function tellsSeconds({ resources }: Graph): boolean {
  return resources.some(
    ({ type, name }) => type === "aws:cloudwatch/logGroup:LogGroup" && name.endsWith("-seconds"),
  );
}

function servers(inputs: Inputs, graph: Graph, resource: GraphResource): ReturnType<Estimator> {
  const count = Number(inputs.desiredCapacity ?? inputs.minSize ?? 0);
  const launch = referencesIn(resource.inputs.launchTemplate)[0]?.urn;
  const template = graph.resources.find(({ urn }) => urn === launch);
  const of = template ? inputsOf(template) : {};
  const gib = list(of.blockDeviceMappings).reduce<number>(
    (sum, each) => sum + Number(at(each, "ebs.volumeSize") ?? 0),
    0,
  );
  return [
    ["servers", times(PRICES.server[String(of.instanceType)], hoursAMonth * count)],
    ["disks", gib * monthly.diskGib * count],
    ["its count by the second, as log", tellsSeconds(graph) ? SECONDS_GB * monthly.logGb * count : 0],
    ["detailed monitoring", at(of, "monitoring.enabled") === true ? monthly.detailedMonitoring * count : 0],
  ];
}

function times(price: number | undefined, factor: number): number | undefined {
  return price === undefined ? undefined : price * factor;
}

/** Costs nothing, or only by use. */
const FREE =
  /^(random|docker|pulumi|rollout):|^aws:(acm|appconfig|autoscaling\/(lifecycleHook|policy)|backup|budgets|cloudwatch\/(event|logGroup)|ec2\/(defaultSecurityGroup|flowLog|internetGateway|launchTemplate|route|routeTable|routeTableAssociation|securityGroup|securityGroupRule|subnet|vpc|vpcEndpoint):|ecr|lambda\/functionEventInvokeConfig|elasticache\/(parameterGroup|subnetGroup)|iam|kms\/keyPolicy|lb\/(listener|listenerRule|targetGroup):|rds\/(parameterGroup|subnetGroup)|route53\/record|s3|scheduler|secretsmanager\/secretVersion|sns|sqs|ssm|vpc|wafv2\/webAclAssociation)/;

/** The monthly cost of a stack's resources, and what the price table doesn't know: `type` or `type (class)`. */
export function estimate(graph: Graph): { items: Item[]; unknown: string[] } {
  const items: Item[] = [];
  const unknown: string[] = [];
  for (const resource of graph.resources.filter(({ custom }) => custom)) {
    const inputs = inputsOf(resource);
    const estimator = ESTIMATORS[resource.type];
    if (!estimator) {
      if (!FREE.test(resource.type)) unknown.push(resource.type);
      continue;
    }
    for (const [what, usd] of estimator(inputs, graph, resource)) {
      if (usd === undefined) unknown.push(`${resource.name}: ${what}`);
      if (usd !== 0) items.push({ resource: resource.name, what, usd: usd ?? null });
    }
  }
  return { items, unknown };
}
