import { expect, it } from "vitest";
import { environment, environmentFiles, TRUSTED } from "../../../infra/host/environment.ts";
import { OWN_VARIABLES, STORE_VARIABLES } from "../../../infra/settings/schema/variables.ts";
import { HOST } from "./example.ts";

it("gives the app every variable it is promised", () => {
  expect(environment(HOST)).toEqual({
    ALLOWED_ORIGINS:
      "https://app.customers.example.com,https://partners.example.com,https://admin.example.com",
    APP_NAME: "Window quotes",
    APP_URL: "https://app.customers.example.com",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.2:2773/@@credentials-token@@",
    AWS_DEFAULT_REGION: "eu-south-2",
    AWS_REGION: "eu-south-2",
    BUCKET_UPLOADS: "production-app-uploads-1a2b3c4",
    COOKIE_SAMESITE: "strict",
    COOKIE_SECURE: "true",
    DATABASE_POOL_SIZE: "8",
    DATABASE_URL:
      `postgresql://app_production:@@database-password@@@${HOST.database!.host}:5432/app_production` +
      "?sslmode=verify-full&sslrootcert=/etc/rollout/tls/database-ca.pem",
    DEBUG: "false",
    DEPENDENCIES: '{"supplier":{"url":"https://prices.example.com/v1","timeoutMs":800}}',
    FEATURE_EXPORT: "on",
    FLAGS_URL:
      "http://appconfig-agent:2772/applications/rollout-production/environments/production/configurations/flags",
    HOST: "0.0.0.0",
    LOG_LEVEL: "info",
    MAX_BETA_USERS: "10000",
    NODE_EXTRA_CA_CERTS: "/etc/rollout/tls/authorities.pem",
    PGSSLROOTCERT: "/etc/rollout/tls/authorities.pem",
    PORT: "8000",
    RATE_LIMIT_PER_MINUTE: "150",
    REQUESTS_CA_BUNDLE: "/etc/rollout/tls/authorities.pem",
    REDIS_URL: `rediss://:@@cache-password@@@${HOST.cache!.host}:6379/0`,
    SECRET_KEY: "@@secret-key@@",
    SESSION_EXPIRE_HOURS: "8",
    SSL_CERT_FILE: "/etc/rollout/tls/authorities.pem",
    STACK: "production",
    TRACK: "blue",
    VERSION: "0123456789ab",
  });
});

it("sets what the settings keep from app.environment, and nothing else", () => {
  const access = { ...HOST.access!, buckets: {} };
  const own = Object.keys(environment({ ...HOST, access, app: { ...HOST.app, environment: {} } }));
  const stores = Object.values(STORE_VARIABLES).flat();
  expect(new Set(own)).toEqual(new Set([...OWN_VARIABLES, ...stores, ...Object.keys(TRUSTED)]));
});

it("has the stores' parts where the team's variables refer to them, and nowhere else", () => {
  const app = {
    ...HOST.app,
    environment: { DB: "${DATABASE_HOST}:${DATABASE_PORT}", PW: "${REDIS_PASSWORD}" },
  };
  const parts = Object.entries(environment({ ...HOST, app })).filter(([name]) =>
    /^(DATABASE|REDIS)_(?!URL|POOL)/.test(name),
  );
  expect(Object.fromEntries(parts)).toEqual({
    DATABASE_HOST: HOST.database!.host,
    DATABASE_PORT: "5432",
    REDIS_PASSWORD: "@@cache-password@@",
  });
});

it("lets an image trust other authorities", () => {
  const app = { ...HOST.app, environment: { SSL_CERT_FILE: "/own.pem" } };
  expect(environment({ ...HOST, app }).SSL_CERT_FILE).toBe("/own.pem");
});

it("lets nobody run a track under another's name", () => {
  const app = { ...HOST.app, environment: { TRACK: "green", PORT: "9000" } };
  expect(environment({ ...HOST, app })).toMatchObject({ TRACK: "blue", PORT: "8000" });
});

it.each([
  [0.25, "5"],
  [1.5, "8"],
  [2, "10"],
  [16, "20"],
])("keeps a pool for %f CPUs of %s connections", (cpus, size) => {
  expect(environment({ ...HOST, cpus }).DATABASE_POOL_SIZE).toBe(size);
});

it("names each placeholder's secret, and has no placeholder without one", () => {
  const [template, secrets] = environmentFiles(HOST).map(({ content }) => content);
  const wanted = [...template!.matchAll(/@@([a-z-]+)@@/g)]
    .map(([, name]) => name)
    // The server makes it.
    .filter((name) => name !== "credentials-token");
  const filled = secrets!
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  expect([...new Set(wanted)].sort()).toEqual(filled.map(([name]) => name));
  for (const [name, arn] of filled) expect(arn).toBe(HOST.secrets[name as keyof typeof HOST.secrets]);
});
