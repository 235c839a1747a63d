import { text } from "./fields.ts";

/**
 * What the stack itself sets in the environment file (infra/host/environment.ts), with what it sets for a store that it has; a
 * test holds the two together.
 */
export const OWN_VARIABLES: ReadonlySet<string> = new Set([
  "ALLOWED_ORIGINS",
  "APP_NAME",
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

/** The name of a variable that the team adds to the environment file. */
export const variableName = text(
  "must be an environment variable's name, such as FEATURE_X",
  /^[A-Z][A-Z0-9_]*$/,
).refine((name) => !OWN_VARIABLES.has(name), "is set by the stack itself");
