import { expect, test } from "vitest";
import { checkPolicies } from "../../../rollout/preview/policies.ts";
import { shippedGraph } from "../../support/shipped-graph.ts";
import { add, type Edit, ref, resource, set } from "./graph.ts";

// Each figure of a policy: what just keeps it, and what is one beyond.

const opening = (cidr: { cidrIpv4?: string; cidrIpv6?: string }, port: number, to = port): Edit => {
  return (graph) =>
    add("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "opening", {
      ...cidr,
      fromPort: port,
      toPort: to,
      ipProtocol: "tcp",
      securityGroupId: ref(graph, "SecurityGroup", "beta-balancer"),
    })(graph);
};
const lifecycle = (deleteAfter: number) =>
  set("Plan", "beta-backups", "rules", [{ ruleName: "daily", lifecycle: { deleteAfter } }]);
const limit = (requests: number): Edit => {
  return (graph) => {
    const [rate] = resource(graph, "WebAcl", "beta-waf").inputs.rules as [
      { statement: { rateBasedStatement: { limit: number } } },
    ];
    rate.statement.rateBasedStatement.limit = requests;
  };
};

/** A rule for these paths, and so many names besides. */
const paths = (values: string[], names = 0) =>
  set("ListenerRule", "beta-green-header", "conditions", [
    { pathPattern: { values } },
    { hostHeader: { values: Array.from({ length: names }, (_, each) => `n${each}.example.com`) } },
  ]);

test.each<[policy: string, kept: Edit, broken: Edit]>([
  ["database-point-in-time", ...both("Instance", "beta-database", "backupRetentionPeriod", 7, 6)],
  ["database-monitored", ...both("Instance", "beta-database", "monitoringInterval", 1, 0)],
  ["backups-kept", lifecycle(7), lifecycle(6)],
  ["cache-backed-up", ...both("ReplicationGroup", "beta-cache", "snapshotRetentionLimit", 1, 0)],
  ["secrets-recoverable", ...both("Secret", "beta-secret-key", "recoveryWindowInDays", 7, 6)],
  ["logs-kept", ...both("LogGroup", "beta-app", "retentionInDays", 30, 29)],
  [
    "servers-metadata-hop",
    ...both("LaunchTemplate", "beta-blue", "metadataOptions.httpPutResponseHopLimit", 1, 2),
  ],
  [
    "servers-zones",
    ...both("Group", "beta-blue", "vpcZoneIdentifiers", ["subnet-1", "subnet-2"], ["subnet-1"]),
  ],
  ["balancer-zones", ...both("LoadBalancer", "beta-alb", "subnets", ["subnet-1", "subnet-2"], ["subnet-1"])],
  ["listener-rules-fit", paths(["/a", "/b", "/c"], 2), paths(["/a", "/b", "/c"], 3)],
  ["listener-rules-fit", paths(["/*/*/*/*/*"]), paths(["/*/*/*/*/*/?"])],
  ["listener-rules-fit", paths([`/${"a".repeat(127)}`]), paths([`/${"a".repeat(128)}`])],
  ["web-firewall-limits", limit(1), limit(0)],
  [
    "remote-access-named",
    opening({ cidrIpv4: "203.0.113.0/24" }, 22),
    opening({ cidrIpv4: "203.0.112.0/23" }, 22),
  ],
  [
    "remote-access-named",
    opening({ cidrIpv6: "2001:db8::/64" }, 22),
    opening({ cidrIpv6: "2001:db8::/63" }, 22),
  ],
  [
    "remote-access-named",
    opening({ cidrIpv4: "203.0.112.0/23" }, 23, 25),
    opening({ cidrIpv4: "203.0.112.0/23" }, 22, 25),
  ],
  [
    "remote-access-named",
    opening({ cidrIpv4: "203.0.112.0/23" }, 3390),
    opening({ cidrIpv4: "203.0.112.0/23" }, 3389),
  ],
  [
    "internet-web-ports-only",
    opening({ cidrIpv4: "0.0.0.0/0" }, 443),
    opening({ cidrIpv4: "0.0.0.0/0" }, 444),
  ],
  ["internet-web-ports-only", opening({ cidrIpv6: "::/0" }, 80), opening({ cidrIpv6: "::/0" }, 81)],
  [
    "internet-web-ports-only",
    opening({ cidrIpv4: "0.0.0.0/1" }, 8080),
    opening({ cidrIpv4: "0.0.0.0/0" }, 80, 443),
  ],
])("%s is kept at its limit and broken one beyond", async (policy, kept, broken) => {
  expect(await brokenBy(kept)).not.toContain(policy);
  expect(await brokenBy(broken)).toContain(policy);
});

function both(type: string, name: string, path: string, kept: unknown, broken: unknown): [Edit, Edit] {
  return [set(type, name, path, kept as never), set(type, name, path, broken as never)];
}

async function brokenBy(edit: Edit): Promise<string[]> {
  const graph = await shippedGraph("beta");
  edit(graph);
  return checkPolicies(graph, [], "2026-11-29").violations.map(({ policy }) => policy);
}
