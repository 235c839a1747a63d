import { text } from "./fields.ts";

/** What the stack itself sets in the environment file (infra/host/environment.ts); a test holds the two together. */
export const OWN_VARIABLES: ReadonlySet<string> = new Set([
  "ALLOWED_ORIGINS",
  "APP_NAME",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "COOKIE_SAMESITE",
  "COOKIE_SECURE",
  "DATABASE_POOL_SIZE",
  "DATABASE_URL",
  "DEBUG",
  "DEPENDENCIES",
  "FLAGS_URL",
  "HOST",
  "MAX_BETA_USERS",
  "PORT",
  "RATE_LIMIT_PER_MINUTE",
  "REDIS_URL",
  "SECRET_KEY",
  "SESSION_EXPIRE_HOURS",
  "STACK",
  "TRACK",
  "VERSION",
]);

/** The name of a variable that the team adds to the environment file. */
export const variableName = text(
  "must be an environment variable's name, such as FEATURE_X",
  /^[A-Z][A-Z0-9_]*$/,
).refine((name) => !OWN_VARIABLES.has(name), "is set by the stack itself");
