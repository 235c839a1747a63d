import type { PriceList } from "../../rollout/preview/cost/prices.ts";

/** What a product must be: its family, and attributes with a value or a form. Names are those of AWS's price list. */
export interface Wanted {
  /** Where its price goes in the list. */
  path: readonly [keyof PriceList, string];
  /** The service's code. */
  offer: string;
  family: string;
  attributes: Readonly<Record<string, string | RegExp>>;
}

/** Which product each price of the list is. Instance types are those that the list has by now. */
export function wantedFor(list: PriceList): Wanted[] {
  return [
    ...Object.keys(list.server).map(
      (type): Wanted => ({
        path: ["server", type],
        offer: "AmazonEC2",
        family: "Compute Instance",
        attributes: {
          instanceType: type,
          tenancy: "Shared",
          operatingSystem: "Linux",
          preInstalledSw: "NA",
          licenseModel: "No License required",
          capacitystatus: "Used",
          usagetype: /BoxUsage:/,
        },
      }),
    ),
    ...Object.keys(list.database).map(
      (type): Wanted => ({
        path: ["database", type],
        offer: "AmazonRDS",
        family: "Database Instance",
        attributes: {
          instanceType: type,
          databaseEngine: "PostgreSQL",
          deploymentOption: "Single-AZ",
          usagetype: /InstanceUsage:/,
        },
      }),
    ),
    ...Object.keys(list.cache).map(
      (type): Wanted => ({
        path: ["cache", type],
        offer: "AmazonElastiCache",
        family: "Cache Instance",
        attributes: { instanceType: type, cacheEngine: "Redis", usagetype: /NodeUsage:/ },
      }),
    ),
    of("hourly.natGateway", "AmazonEC2", "NAT Gateway", { usagetype: /NatGateway-Hours$/ }),
    of("hourly.loadBalancer", "AWSELB", "Load Balancer-Application", { usagetype: /^LoadBalancerUsage$/ }),
    of("hourly.publicAddress", "AmazonVPC", "VpcPublicIpAddress", {
      usagetype: /PublicIPv4:InUseAddress$/,
    }),
    of("monthly.diskGib", "AmazonEC2", "Storage", { volumeApiName: "gp3" }),
    of("monthly.logGb", "AmazonCloudWatch", "Data Payload", { usagetype: /-DataProcessing-Bytes$/ }),
    of("monthly.databaseGib", "AmazonRDS", "Database Storage", {
      deploymentOption: "Single-AZ",
      databaseEngine: "Any",
      usagetype: /RDS:GP3-Storage$/,
    }),
    of("monthly.webAcl", "awswaf", "Web Application Firewall", { usagetype: /^[A-Z0-9]*-WebACLV2$/ }),
    of("monthly.webAclRule", "awswaf", "Web Application Firewall", { usagetype: /^[A-Z0-9]*-RuleV2$/ }),
    of("monthly.secret", "AWSSecretsManager", "Secret", {}),
    of("monthly.key", "awskms", "Encryption Key", { usagetype: /KMS-Keys$/ }),
    of("monthly.metric", "AmazonCloudWatch", "Metric", { group: "Metric" }),
    of("monthly.metricAlarm", "AmazonCloudWatch", "Alarm", {
      alarmType: "Standard",
      usagetype: /AlarmMonitorUsage$/,
    }),
    of("monthly.dashboard", "AmazonCloudWatch", "Dashboard", { usagetype: /DashboardsUsageHour$/ }),
    of("each.functionGibSecond", "AWSLambda", "Serverless", {
      group: "AWS-Lambda-Duration-ARM",
      usagetype: /GB-Second/,
    }),
    of("each.functionStart", "AWSLambda", "Serverless", {
      group: "AWS-Lambda-Requests-ARM",
      usagetype: /Request/,
    }),
  ];
}

function of(path: string, offer: string, family: string, attributes: Wanted["attributes"]): Wanted {
  const [part, name] = path.split(".") as [keyof PriceList, string];
  return { path: [part, name], offer, family, attributes };
}
