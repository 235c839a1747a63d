import { milliseconds } from "../settings/duration.ts";
import { bucketVariable } from "../settings/schema/access.ts";
import { referencesIn, TRUSTED_VARIABLES } from "../settings/schema/variables.ts";
import { type Host, type HostFile, type SecretName, TLS_FOLDER } from "./host.ts";

/** How a secret is written in the template; the boot script puts the value in its place. */
export function placeholder(name: SecretName | "credentials-token"): string {
  return `@@${name}@@`;
}

/**
 * The app's variables, with placeholders for secrets. The stack's own variables win over `app.environment`: the
 * balancer wouldn't find a track that ran under another's name or on another port.
 */
export function environment(host: Host): Record<string, string> {
  const { app } = host;
  return {
    ...TRUSTED,
    ...app.environment,
    HOST: "0.0.0.0",
    PORT: String(app.port),
    STACK: host.stack,
    TRACK: host.track,
    VERSION: host.version,
    APP_NAME: app.name,
    APP_URL: `https://${host.domain}`,
    DEBUG: "false",
    ...databaseUrl(host),
    DATABASE_POOL_SIZE: String(poolSize(host.cpus)),
    ...cacheUrl(host),
    SECRET_KEY: placeholder("secret-key"),
    SESSION_EXPIRE_HOURS: String(app.sessionExpireHours),
    ALLOWED_ORIGINS: [
      ...[host.domain, ...host.servedNames].map((name) => `https://${name}`),
      ...app.allowedOrigins,
    ].join(","),
    COOKIE_SECURE: "true",
    COOKIE_SAMESITE: "strict",
    RATE_LIMIT_PER_MINUTE: String(host.requestsPerMinute),
    MAX_BETA_USERS: String(host.maxUsers),
    ...parts(host),
    ...dependencies(host),
    ...access(host),
    ...(host.flags ? { FLAGS_URL: flagsUrl(host.flags) } : {}),
  };
}

/** The passwords are letters and digits: nothing in them needs escaping in a URL. */
function databaseUrl({ database }: Host): Record<string, string> {
  if (!database) return {};
  const { user, host, port, name } = database;
  return {
    DATABASE_URL: `postgresql://${user}:${placeholder("database-password")}@${host}:${port}/${name}?${DATABASE_QUERY}`,
  };
}

/** TLS, by the database's own authority. */
export const DATABASE_QUERY = `sslmode=verify-full&sslrootcert=${TLS_FOLDER}/database-ca.pem`;

function cacheUrl({ cache }: Host): Record<string, string> {
  if (!cache) return {};
  return { REDIS_URL: `rediss://:${placeholder("cache-password")}@${cache.host}:${cache.port}/0` };
}

/** Those of the stores' parts that the team's variables refer to. */
function parts({ app, database, cache }: Host): Record<string, string> {
  const all: Record<string, string> = {
    ...(database && {
      DATABASE_HOST: database.host,
      DATABASE_NAME: database.name,
      DATABASE_PASSWORD: placeholder("database-password"),
      DATABASE_PORT: String(database.port),
      DATABASE_USER: database.user,
    }),
    ...(cache && {
      REDIS_HOST: cache.host,
      REDIS_PASSWORD: placeholder("cache-password"),
      REDIS_PORT: String(cache.port),
    }),
  };
  const asked = new Set(Object.values(app.environment).flatMap(referencesIn));
  return Object.fromEntries(Object.entries(all).filter(([name]) => asked.has(name)));
}

/**
 * How the app's SDK finds its credentials: by the usual variables of a container (AWS SDKs and Tools Reference Guide,
 * "Container credential provider"), whose path is made by the server when it boots.
 */
function access({ access, region }: Host): Record<string, string> {
  if (!access) return {};
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${CREDENTIALS.host}:${CREDENTIALS.port}/${placeholder("credentials-token")}`,
    ...Object.fromEntries(
      Object.entries(access.buckets).map(([name, bucket]) => [bucketVariable(name), bucket]),
    ),
  };
}

/**
 * Where the server hands the app its credentials: the address that SDKs take besides the loopback, since Amazon ECS has it,
 * and that is nobody else's.
 */
export const CREDENTIALS = { host: "169.254.170.2", port: 2773 } as const;

/**
 * The public authorities and the database's, in one file, by the variables of whoever opens a connection: OpenSSL (Python,
 * Ruby, PHP, Go by the same name), Python's requests, Node, libpq. A team whose image trusts others sets its own.
 */
export const TRUSTED: Record<string, string> = Object.fromEntries(
  TRUSTED_VARIABLES.map((name) => [name, `${TLS_FOLDER}/authorities.pem`]),
);

/** JSON in one line, sorted: `{"supplier":{"url":"https://...","timeoutMs":1000}}`. Nothing where none is declared. */
function dependencies({ app }: Host): Record<string, string> {
  const places = Object.entries(app.dependencies)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { url, timeout }]) => [name, { url, timeoutMs: milliseconds(timeout) }]);
  return places.length > 0 ? { DEPENDENCIES: JSON.stringify(Object.fromEntries(places)) } : {};
}

/** Which secrets of the app are where; the rehearsal reads it, too. */
export const APP_SECRETS = "/etc/rollout/app-secrets";

/** Where the app finds AppConfig's agent; the container's hosts file says that this is the server itself. */
export const FLAGS_AGENT = { host: "appconfig-agent", port: 2772 } as const;

/** AWS AppConfig User Guide, "Retrieving basic and multi-variant feature flags": the agent's address scheme. */
function flagsUrl({ application, environment, profile }: NonNullable<Host["flags"]>): string {
  const path = `applications/${application}/environments/${environment}/configurations/${profile}`;
  return `http://${FLAGS_AGENT.host}:${FLAGS_AGENT.port}/${path}`;
}

/**
 * What the boot script reads: the template, which secret fills which placeholder (`name arn` a line), and where the app's
 * own are (`NAME arn version key` a line, the key only where there is one).
 */
export function environmentFiles(host: Host): HostFile[] {
  const lines = Object.entries(environment(host)).map(([name, value]) => `${name}=${value}\n`);
  const secrets = Object.entries(host.secrets).map(([name, arn]) => `${name} ${arn}\n`);
  const appSecrets = Object.entries(host.appSecrets).map(
    ([name, { arn, version, key }]) => `${[name, arn, version, key ?? []].flat().join(" ")}\n`,
  );
  return [
    { path: "/etc/rollout/app.env.template", content: lines.sort().join("") },
    { path: "/etc/rollout/secrets", content: secrets.sort().join("") },
    { path: APP_SECRETS, content: appSecrets.sort().join("") },
  ];
}

/**
 * Connections that one server keeps to the database: five a CPU, 5 to 20. At the default 1.5 CPUs that is 8, so a
 * db.t4g.small (about 225 connections) bears two tracks of eight servers while an instance refresh doubles one.
 */
function poolSize(cpus: number): number {
  return Math.min(20, Math.max(5, Math.ceil(cpus * 5)));
}
