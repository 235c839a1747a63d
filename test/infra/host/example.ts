import type { Host } from "../../../infra/host/host.ts";
import { parseSettings } from "../../../infra/settings/parse.ts";

const arn = (name: string) =>
  `arn:aws:secretsmanager:eu-south-2:123456789012:secret:production-${name}-1a2b3c4-AbCdEf`;

/** A server with values as long as they get in prod. */
export const HOST: Host = {
  stack: "production",
  track: "blue",
  region: "eu-south-2",
  domain: "app.customers.example.com",
  servedNames: [],
  image: `123456789012.dkr.ecr.eu-south-2.amazonaws.com/production-app-1a2b3c4@sha256:${"0123456789abcdef".repeat(4)}`,
  version: "0123456789ab",
  stickiness: "30m",
  vpcCidr: "10.30.0.0/16",
  proxies: [],
  requestsPerMinute: 150,
  bodyMiB: 10,
  maxUsers: 10_000,
  cpus: 1.5,
  memoryMiB: 2560,
  app: parseSettings("production", "eu-south-2", {
    domain: "app.customers.example.com",
    stable: "blue",
    tracks: { blue: { weight: 100 } },
    app: {
      name: "Window quotes",
      allowedOrigins: ["https://partners.example.com", "https://admin.example.com"],
      dependencies: { supplier: { url: "https://prices.example.com/v1", timeout: "800ms" } },
      environment: { LOG_LEVEL: "info", FEATURE_EXPORT: "on" },
    },
  }).app,
  database: {
    host: "production-database-1a2b3c4.c9akciq32rvd.eu-south-2.rds.amazonaws.com",
    port: 5432,
    name: "app_production",
    user: "app_production",
  },
  cache: { host: "master.production-cache-1a2b3c4.abcdef.eus2.cache.amazonaws.com", port: 6379 },
  secrets: {
    "secret-key": arn("secret-key"),
    "database-password": arn("database-password"),
    "cache-password": arn("cache-password"),
  },
  appSecrets: {
    MAIL_KEY: {
      arn: "arn:aws:secretsmanager:us-east-1:123456789012:secret:mail-AbCdEf",
      version: "8e2d1e0c-6c4f-4b0e-9d0a-0123456789ab",
      key: "api key",
    },
    STRIPE_KEY: { arn: arn("app"), version: "5d1f6c0a-77aa-4f60-8d0c-9876543210fe", key: "STRIPE_KEY" },
    WEBHOOK: { arn: arn("webhook"), version: "1b9f7f3e-0b1c-4b8a-9a51-abcdef012345" },
  },
  access: {
    roleArn: "arn:aws:iam::123456789012:role/production-app-1a2b3c4",
    buckets: { uploads: "production-app-uploads-1a2b3c4" },
  },
  logGroups: {
    app: "/rollout/production/app",
    nginx: "/rollout/production/nginx",
    system: "/rollout/production/system",
    seconds: "/rollout/production/seconds",
  },
  flags: { application: "rollout-production", environment: "production", profile: "flags" },
};
