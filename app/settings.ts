import type { DependencyPlace } from "./dependency.ts";

/** What the service reads from its environment. Times are in milliseconds unless the name says otherwise. */
export interface AppSettings {
  host: string;
  port: number;
  name: string;
  /** The stack it belongs to, such as `beta`: what is counted is told apart by it. */
  stack: string;
  /** The track this process belongs to, such as `blue`. */
  track: string;
  /** What runs here: the image's digest, shortened. */
  version: string;
  databaseUrl: string;
  databasePoolSize: number;
  redisUrl: string;
  secretKey: string;
  sessionExpireHours: number;
  cookieSecure: boolean;
  cookieSameSite: "strict" | "lax" | "none";
  allowedOrigins: string[];
  /** How many sessions may exist at once; 0 means any number. */
  maxUsers: number;
  debug: boolean;
  /** Where AppConfig's agent answers for this stack's flags; empty when there is none. */
  flagsUrl: string;
  /** The outside services that the stack declares. */
  dependencies: DependencyPlace[];
  /** Requests that the server is made for at once: with so many it counts itself as full. */
  mostInFlight: number;
  /** How long the stress must have been low before what was turned off comes back. */
  stressHoldMs: number;
  /** Whether tests may order errors, latency and a crash by `POST /faults`. */
  faults: boolean;
  /** How long the service goes on accepting connections after SIGTERM. */
  graceMs: number;
}

export type Environment = Record<string, string | undefined>;

/**
 * Reads the settings from the environment.
 *
 * @throws {Error} naming every variable that is missing or wrong; a value is never part of the message, it may be a secret
 */
export function readAppSettings(env: Environment): AppSettings {
  const mistakes: string[] = [];
  const text = (name: string, otherwise?: string) => {
    const value = env[name] || otherwise;
    if (value === undefined) mistakes.push(`${name} must be set`);
    return value ?? "";
  };
  const whole = (name: string, otherwise: number, low: number, high: number) => {
    const value = Number(env[name] || otherwise);
    if (Number.isInteger(value) && value >= low && value <= high) return value;
    mistakes.push(`${name} must be a whole number from ${low} to ${high}`);
    return otherwise;
  };
  const choice = <T extends string>(name: string, choices: readonly [T, ...T[]]) => {
    const value = choices.find((each) => each === (env[name] || choices[0]).toLowerCase());
    if (!value) mistakes.push(`${name} must be one of ${choices.join(", ")}`);
    return value ?? choices[0];
  };
  const url = (name: string) => {
    const value = env[name] ?? "";
    if (value && !URL.canParse(value)) mistakes.push(`${name} must be an address`);
    return value;
  };
  const dependencies = (name: string) => {
    const read = dependenciesIn(env[name] || "{}");
    if (!read)
      mistakes.push(`${name} must be JSON such as {"supplier":{"url":"https://...","timeoutMs":1000}}`);
    return read ?? [];
  };
  const secret = (name: string, least: number) => {
    const value = text(name);
    if (value && value.length < least) mistakes.push(`${name} must be at least ${least} characters long`);
    return value;
  };

  const settings: AppSettings = {
    host: text("HOST", "0.0.0.0"),
    port: whole("PORT", 8000, 0, 65_535),
    name: text("APP_NAME", "Rollout sample"),
    stack: text("STACK", "local"),
    track: text("TRACK", "local"),
    version: text("VERSION", "local"),
    databaseUrl: text("DATABASE_URL"),
    databasePoolSize: whole("DATABASE_POOL_SIZE", 10, 1, 1000),
    redisUrl: text("REDIS_URL"),
    secretKey: secret("SECRET_KEY", 32),
    sessionExpireHours: whole("SESSION_EXPIRE_HOURS", 8, 1, 720),
    cookieSecure: choice("COOKIE_SECURE", ["true", "false"]) === "true",
    cookieSameSite: choice("COOKIE_SAMESITE", ["strict", "lax", "none"]),
    allowedOrigins: (env.ALLOWED_ORIGINS ?? "").split(/[\s,]+/).filter(Boolean),
    maxUsers: whole("MAX_BETA_USERS", 0, 0, 10_000_000),
    debug: choice("DEBUG", ["false", "true"]) === "true",
    flagsUrl: url("FLAGS_URL"),
    dependencies: dependencies("DEPENDENCIES"),
    mostInFlight: whole("MAX_IN_FLIGHT", 200, 1, 100_000),
    stressHoldMs: whole("STRESS_HOLD_MS", 10_000, 0, 600_000),
    faults: choice("FAULTS", ["off", "on"]) === "on",
    graceMs: whole("SHUTDOWN_GRACE_MS", 2000, 0, 60_000),
  };
  if (mistakes.length) throw new Error(`The environment is incomplete: ${mistakes.join("; ")}.`);
  return settings;
}

/** Undefined when it isn't a map of addresses and timeouts. */
function dependenciesIn(text: string): DependencyPlace[] | undefined {
  try {
    const map = JSON.parse(text) as Record<string, { url?: unknown; timeoutMs?: unknown }>;
    const places = Object.entries(map).map(([name, { url, timeoutMs }]) => ({ name, url, timeoutMs }));
    const isPlace = (each: (typeof places)[number]) =>
      typeof each.url === "string" && URL.canParse(each.url) && Number(each.timeoutMs) > 0;
    return places.every(isPlace) ? (places as DependencyPlace[]) : undefined;
  } catch {
    return undefined;
  }
}
