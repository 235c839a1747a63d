import { stringify } from "yaml";
import { nginxConf } from "../../../infra/host/nginx.ts";
import type { Graph, GraphResource, Value } from "../../../rollout/graph/model.ts";
import { HOST } from "../../infra/host/example.ts";

/** What a captured stack looks like, small: what the machine room reads and nothing else. */
export interface Wanted {
  tracks?: Record<string, { weight: number; servers: number; greeting?: string }>;
  command?: string[];
  databaseParameters?: Record<string, string>;
  cacheParameters?: Record<string, string>;
}

export const STAND_IN = ["{node}", "test/rehearsal/stand-in.ts"];

export function fixtureGraph({
  tracks = { blue: { weight: 90, servers: 1 }, green: { weight: 10, servers: 1 } },
  command = STAND_IN,
  databaseParameters = { "rds.force_ssl": "1", log_min_duration_statement: "500" },
  cacheParameters = { "maxmemory-policy": "allkeys-lru" },
}: Wanted = {}): Graph {
  const secrets = ["secret-key", "database-password", "cache-password"];
  return {
    version: 1,
    project: "rollout",
    stack: "beta",
    resources: [
      ...secrets.flatMap(secretOf),
      ...Object.entries(tracks).flatMap(([name, track]) => trackOf(name, track)),
      resource("aws:lb/loadBalancer:LoadBalancer", "beta-alb", { loadBalancerType: "application" }),
      listenerOf(tracks),
      resource("aws:rds/parameterGroup:ParameterGroup", "beta-database", {
        parameters: listOf(databaseParameters),
      }),
      resource("aws:rds/instance:Instance", "beta-database", {
        engineVersion: "16",
        dbName: "app_beta",
        username: "app_beta",
        password: { $secret: [ref(PASSWORD, "beta-database-password", "result")] },
        parameterGroupName: ref("aws:rds/parameterGroup:ParameterGroup", "beta-database", "name"),
      }),
      resource("aws:elasticache/parameterGroup:ParameterGroup", "beta-cache", {
        parameters: listOf(cacheParameters),
      }),
      resource("aws:elasticache/replicationGroup:ReplicationGroup", "beta-cache", {
        nodeType: "cache.t4g.micro",
        transitEncryptionEnabled: true,
        authToken: { $secret: [ref(PASSWORD, "beta-cache-password", "result")] },
        parameterGroupName: ref("aws:elasticache/parameterGroup:ParameterGroup", "beta-cache", "name"),
      }),
    ],
    outputs: {
      url: "https://beta.example.com",
      rehearsal: { command, startSeconds: 20, stopSeconds: 10 },
      targetGroupArns: Object.fromEntries(
        Object.keys(tracks).map((name) => [name, ref(TARGET_GROUP, `beta-${name}`, "arn")]),
      ),
      weights: Object.fromEntries(Object.entries(tracks).map(([name, { weight }]) => [name, weight])),
    },
  };
}

const PASSWORD = "random:index/randomPassword:RandomPassword";
const SECRET = "aws:secretsmanager/secret:Secret";
const TARGET_GROUP = "aws:lb/targetGroup:TargetGroup";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";

export function ref(type: string, name: string, property: string) {
  return { $ref: { urn: urn(type, name), property } };
}

export function urn(type: string, name: string): string {
  return `urn:pulumi:beta::rollout::${type}::${name}`;
}

export function resource(type: string, name: string, inputs: Record<string, Value>): GraphResource {
  return { urn: urn(type, name), type, name, custom: true, inputs, dependencies: [], options: {} };
}

function secretOf(name: string): GraphResource[] {
  return [
    resource(PASSWORD, `beta-${name}`, { length: name === "secret-key" ? 64 : 32, special: false }),
    resource(SECRET, `beta-${name}`, {}),
    resource("aws:secretsmanager/secretVersion:SecretVersion", `beta-${name}`, {
      secretId: ref(SECRET, `beta-${name}`, "id"),
      secretString: { $secret: [ref(PASSWORD, `beta-${name}`, "result")] },
    }),
  ];
}

function trackOf(
  name: string,
  { servers, greeting }: { servers: number; greeting?: string },
): GraphResource[] {
  return [
    resource(TARGET_GROUP, `beta-${name}`, {
      port: 443,
      protocol: "HTTPS",
      deregistrationDelay: 60,
      slowStart: 30,
      healthCheck: {
        path: "/health",
        protocol: "HTTPS",
        matcher: "200",
        interval: 5,
        timeout: 4,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
    }),
    resource(TEMPLATE, `beta-${name}`, { userData: { $base64: { $join: userData(name, greeting) } } }),
    resource("aws:autoscaling/group:Group", `beta-${name}`, {
      launchTemplate: { id: ref(TEMPLATE, `beta-${name}`, "id"), version: "1" },
      desiredCapacity: servers,
      minSize: servers,
      targetGroupArns: [ref(TARGET_GROUP, `beta-${name}`, "arn")],
    }),
  ];
}

/** Text with the references cut out of it, as capture gives it. */
function userData(track: string, greeting = "hello") {
  const database = "DATABASE_HOST";
  const cache = "CACHE_HOST";
  const environment = [
    "PORT=8000",
    `TRACK=${track}`,
    `GREETING=${greeting}`,
    "SECRET_KEY=@@secret-key@@",
    `DATABASE_URL=postgresql://app_beta:@@database-password@@@${database}:5432/app_beta?sslmode=verify-full&sslrootcert=/etc/rollout/tls/database-ca.pem`,
    `REDIS_URL=rediss://:@@cache-password@@@${cache}:6379/0`,
  ];
  const names = ["cache-password", "database-password", "secret-key"];
  const text = `#cloud-config\n${stringify(
    {
      write_files: [
        {
          path: "/etc/nginx/nginx.conf",
          content: nginxConf({ ...HOST, track }),
        },
        { path: "/etc/nginx/machine/main.conf", content: "user www-data;\n" },
        { path: "/etc/rollout/app.env.template", content: `${environment.join("\n")}\n` },
        { path: "/etc/rollout/secrets", content: names.map((name) => `${name} ARN_${name}\n`).join("") },
      ],
    },
    { lineWidth: 0 },
  )}`;
  const references = {
    DATABASE_HOST: ref("aws:rds/instance:Instance", "beta-database", "address"),
    CACHE_HOST: ref(
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "beta-cache",
      "primaryEndpointAddress",
    ),
    ...Object.fromEntries(names.map((name) => [`ARN_${name}`, ref(SECRET, `beta-${name}`, "arn")])),
  };
  return text
    .split(/(DATABASE_HOST|CACHE_HOST|ARN_[a-z-]+)/)
    .map((part) => references[part as keyof typeof references] ?? part);
}

function listenerOf(tracks: NonNullable<Wanted["tracks"]>): GraphResource {
  const targetGroups = Object.entries(tracks)
    .filter(([, { weight }]) => weight > 0)
    .map(([name, { weight }]) => ({ arn: ref(TARGET_GROUP, `beta-${name}`, "arn"), weight }));
  return resource("aws:lb/listener:Listener", "beta-https", {
    port: 443,
    protocol: "HTTPS",
    sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    loadBalancerArn: ref("aws:lb/loadBalancer:LoadBalancer", "beta-alb", "arn"),
    defaultActions: [
      { type: "forward", forward: { stickiness: { enabled: false, duration: 1 }, targetGroups } },
    ],
  });
}

function listOf(parameters: Record<string, string>): Value {
  return Object.entries(parameters).map(([name, value]) => ({ name, value }));
}
