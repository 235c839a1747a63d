import type { Case } from "./case.ts";

const RULE = '    { from: "servers", to: "database", port: 5432, why: "PostgreSQL over TLS" },\n';
const edit = (to: string): Case["edits"] => [["infra/network/firewall.ts", RULE, to]];

/** The firewall, permissions and secrets. */
export const access: Case[] = [
  {
    name: "ssh from everywhere",
    stack: "beta",
    edits: edit(`${RULE}    { from: IPV4, to: "servers", port: 22, why: "ssh" },\n`),
    dangers: ["firewall-opened: beta-servers"],
  },
  {
    name: "ssh from an operator's address",
    stack: "beta",
    config: { operators: { email: ["ops@example.com"], sshFrom: ["203.0.113.7/32"] } },
    dangers: ["firewall-opened: beta-servers"],
  },
  {
    name: "the app may reach a mail server",
    stack: "beta",
    config: { "app.egress": [{ port: 587 }] },
    dangers: ["firewall-opened: beta-servers"],
  },
  {
    name: "the database for the internet",
    stack: "prod",
    edits: edit(`${RULE}    { from: IPV4, to: "database", port: 5432, why: "reports" },\n`),
    dangers: ["firewall-opened: prod-database"],
  },
  {
    name: "the balancer reaches the database",
    stack: "beta",
    edits: edit(`${RULE}    { from: "balancer", to: "database", port: 5432, why: "none" },\n`),
    dangers: ["firewall-opened: beta-database"],
  },
  {
    name: "the database is put into the balancer's group",
    stack: "beta",
    edits: [
      [
        "infra/parts/stores.ts",
        "securityGroupId: firewall.databaseGroupId",
        "securityGroupId: firewall.balancerGroupId",
      ],
    ],
    dangers: [
      "firewall-opened: beta-balancer",
      "firewall-opened: beta-balancer",
      "firewall-opened: beta-servers",
    ],
  },
  {
    name: "the servers send mail",
    stack: "beta",
    edits: edit(`${RULE}    { from: "servers", to: IPV4, port: 25, why: "mail" },\n`),
    dangers: ["firewall-opened: beta-servers"],
  },
  {
    name: "the rules in another order",
    stack: "beta",
    edits: [
      ["infra/network/firewall.ts", RULE, ""],
      [
        "infra/network/firewall.ts",
        '    { from: "balancer", to: "servers", port: 443',
        `${RULE}    { from: "balancer", to: "servers", port: 443`,
      ],
    ],
    dangers: [],
  },
  {
    name: "a rule has another description",
    stack: "beta",
    edits: [["infra/network/firewall.ts", "PostgreSQL over TLS", "SQL over TLS"]],
    dangers: [],
  },
  {
    name: "the cache is closed",
    stack: "beta",
    edits: [
      [
        "infra/network/firewall.ts",
        '    { from: "servers", to: "cache", port: 6379, why: "Redis over TLS" },\n',
        "",
      ],
    ],
    dangers: [],
  },
  {
    name: "servers may read every secret",
    stack: "beta",
    edits: [
      [
        "infra/servers/server-role.ts",
        '["secretsmanager:GetSecretValue"], args.secretArns',
        '["secretsmanager:GetSecretValue"], "*"',
      ],
    ],
    dangers: ["iam-widened: beta-server"],
  },
  {
    name: "servers may do everything with secrets",
    stack: "beta",
    edits: [["infra/servers/server-role.ts", '"secretsmanager:GetSecretValue"', '"secretsmanager:*"']],
    dangers: ["iam-widened: beta-server"],
  },
  {
    name: "servers no longer send metrics",
    stack: "beta",
    edits: [
      ["infra/servers/server-role.ts", 'allow(["cloudwatch:PutMetricData"],', 'allow(["ec2:DescribeTags"],'],
    ],
    dangers: [],
  },
  {
    name: "the buckets take requests in clear",
    stack: "beta",
    edits: [["infra/data/private-bucket.ts", 'Effect: "Deny"', 'Effect: "Allow"']],
    dangers: [
      "iam-widened: beta-access-logs",
      "iam-widened: beta-access-logs",
      "iam-widened: beta-journal",
      "iam-widened: beta-journal",
      "iam-widened: beta-servers",
      "iam-widened: beta-servers",
    ],
  },
  {
    name: "the cache's password is in clear",
    stack: "beta",
    edits: [["infra/parts/stores.ts", "authToken: cachePassword.value", 'authToken: "canary-in-clear-1234"']],
    dangers: ["password-rotated: beta-cache", "secret-in-clear: beta-cache"],
  },
  {
    name: "a token among the app's variables",
    stack: "beta",
    // From the config it is refused; the program may still write one.
    edits: [
      [
        "infra/host/environment.ts",
        '    DEBUG: "false",',
        '    DEBUG: "false",\n    PAYMENT_API_KEY: "canary-in-clear-1234",',
      ],
    ],
    dangers: ["secret-in-clear: beta-blue", "secret-in-clear: beta-green"],
  },
];
