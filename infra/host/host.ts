import type { Settings } from "../settings/settings.ts";

/**
 * All that a server of a track is told. Plain values only: what's rendered from it ends in the instance's user data,
 * which anybody who may describe the instance can read, so a secret is here by its name (ARN) and never by its value.
 */
export interface Host {
  stack: string;
  track: string;
  /** AWS region, such as `us-east-1`. */
  region: string;
  /** The public name that clients use, such as `beta.example.com`. */
  domain: string;
  /** Further names that clients may use. */
  servedNames: string[];
  /** The container image, pinned by digest: `name@sha256:...`. */
  image: string;
  /** What the app answers on /version: 12 hex digits of what it was made from. */
  version: string;
  /** How long a browser may be idle and still stay with this version; "none": it is told nothing to stay. */
  stickiness: Settings["stickiness"];
  /** The network whose addresses are the balancer's: the only ones whose word on a client's address is believed. */
  vpcCidr: string;
  /** Address ranges before the balancer whose word is believed, too. */
  proxies: string[];
  /** Per client address, at each server. */
  requestsPerMinute: number;
  /** Largest request body in MiB. */
  bodyMiB: number;
  maxUsers: number;
  /** CPUs that the container may use, such as 1.5. */
  cpus: number;
  /** Memory that the container may use, in MiB. */
  memoryMiB: number;
  app: Settings["app"];
  /** Undefined: a secret of the app's says where it is. */
  database?: { host: string; port: number; name: string; user: string } | undefined;
  /** Undefined: the stack has none. */
  cache?: { host: string; port: number } | undefined;
  /** ARNs in Secrets Manager, each under its placeholder in the environment's template. */
  secrets: Partial<Record<SecretName, string>>;
  /** The app's own secrets, each under its variable's name. */
  appSecrets: Record<string, SecretPlace>;
  /** What the app is given of AWS; undefined: nothing, and no credentials. */
  access?: { roleArn: string; buckets: Record<string, string> } | undefined;
  /** The bucket through which the servers hand each other their assets; undefined: the app names none. */
  assetsBucket?: string | undefined;
  /** Names of log groups in CloudWatch Logs. */
  logGroups: { app: string; nginx: string; system: string; seconds: string };
  /** The names under which AppConfig knows the feature flags. */
  flags?: { application: string; environment: string; profile: string };
}

export type SecretName = "secret-key" | "database-password" | "cache-password";

/** Where a variable's text is in Secrets Manager. */
export interface SecretPlace {
  arn: string;
  /** The version's id when the server was described: only so that another one makes other servers. */
  version: string;
  /** Which key of the secret's JSON; undefined: the whole text. */
  key?: string;
}

/** A file on a server. */
export interface HostFile {
  path: string;
  content: string;
  /** Octal, such as `0600`; without it the file is readable by all. */
  permissions?: string;
}

/** Where the app listens on the server, behind nginx; nothing outside the server reaches it. */
export const APP_PORT = 8000;

/**
 * Certificates: the server's own (`host.crt`, `host.key`), the authority of the database (`database-ca.pem`), and all that
 * the app may trust (`authorities.pem`).
 */
export const TLS_FOLDER = "/etc/rollout/tls";
