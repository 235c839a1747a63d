import { text } from "./fields.ts";

/**
 * What the stack itself sets in the environment file (infra/host/environment.ts), with what it sets for a store that it has; a
 * test holds the two together.
 */
export const OWN_VARIABLES: ReadonlySet<string> = new Set([
  "ALLOWED_ORIGINS",
  "APP_NAME",
  "APP_URL",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "COOKIE_SAMESITE",
  "COOKIE_SECURE",
  "DEBUG",
  "DEPENDENCIES",
  "FLAGS_URL",
  "HOST",
  "MAX_BETA_USERS",
  "PORT",
  "RATE_LIMIT_PER_MINUTE",
  "SECRET_KEY",
  "SESSION_EXPIRE_HOURS",
  "STACK",
  "TRACK",
  "VERSION",
]);

/** Of a store that a stack can do without: a team that brings its own sets them. */
export const STORE_VARIABLES = {
  database: ["DATABASE_POOL_SIZE", "DATABASE_URL"],
  cache: ["REDIS_URL"],
} as const;

/** What says whom the app may trust; a team whose image trusts others sets its own. */
export const TRUSTED_VARIABLES = [
  "NODE_EXTRA_CA_CERTS",
  "PGSSLROOTCERT",
  "REQUESTS_CA_BUNDLE",
  "SSL_CERT_FILE",
] as const;

/**
 * The stores' addresses in parts, for an app that asks for them so: set only where `app.environment` refers to them, or an app
 * that knows one of the names would take it for half of an address.
 */
export const STORE_PARTS = {
  database: ["DATABASE_HOST", "DATABASE_NAME", "DATABASE_PASSWORD", "DATABASE_PORT", "DATABASE_USER"],
  cache: ["REDIS_HOST", "REDIS_PASSWORD", "REDIS_PORT"],
} as const;

/** In a value of `app.environment`: another variable's text, `${DATABASE_URL}`. */
const REFERENCE = /\$\{([A-Z][A-Z0-9_]*)\}/g;

/** The variables that a value refers to. */
export function referencesIn(value: string): string[] {
  return [...value.matchAll(REFERENCE)].map(([, name = ""]) => name);
}

/** A value with the texts of what it refers to; what comes in so isn't looked at again. */
export function withReferences(value: string, known: Readonly<Record<string, string>>): string {
  return value.replaceAll(REFERENCE, (reference, name: string) =>
    Object.hasOwn(known, name) ? (known[name] ?? reference) : reference,
  );
}

/** The name of a variable that the team adds to the environment file. */
export const variableName = text(
  "must be an environment variable's name, such as FEATURE_X",
  /^[A-Z][A-Z0-9_]*$/,
).refine((name) => !OWN_VARIABLES.has(name), "is set by the stack itself");
