import type { SessionRule } from "../../../../../infra/sessions/rules.ts";

/** What the captured stack asks of its load balancer: data only, read by describe.ts and rendered by config.ts. */
export interface BalancerModel {
  /** How long a connection may be silent, towards clients and servers alike. */
  idleTimeoutSeconds: number;
  http2: boolean;
  /** Removes header fields whose names have characters other than letters, digits and hyphens. */
  dropInvalidHeaders: boolean;
  forwardedFor: ForwardedFor;
  tls: TlsModel;
  /** The plain listener sends everybody to HTTPS; undefined when there is no such listener. */
  redirectStatus?: 301 | 302;
  /** Sorted by name; those at weight 0 too. */
  tracks: TrackModel[];
  /** Names whose visitors are sent to another, before all else. */
  redirects: RedirectModel[];
  /** In the order in which they are tried. */
  led: LedModel[];
  split: Split;
  firewall: FirewallModel;
}

export type ForwardedFor = "append" | "preserve" | "remove";

export interface TlsModel {
  minVersion: "TLSv1.0" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
  maxVersion: "TLSv1.2" | "TLSv1.3";
  /** OpenSSL names, for TLS 1.2 and below. */
  ciphers?: string[];
  /** OpenSSL names, for TLS 1.3. */
  suites?: string[];
  /** For the key exchange, as OpenSSL calls them. */
  groups: string[];
}

/** A track's target group. */
export interface TrackModel {
  name: string;
  scheme: "http" | "https";
  algorithm: "round-robin" | "least-outstanding";
  health: HealthModel;
  /** How long a server that leaves may finish its requests. */
  drainSeconds: number;
  /** How long a server that comes takes to get its full share; 0 for at once. */
  slowStartSeconds: number;
}

/** Asked over the scheme of the traffic. */
export interface HealthModel {
  path: string;
  /** Such as `200` or `200-299,301`. */
  statuses: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyAfter: number;
  unhealthyAfter: number;
}

/** Sends those who ask for a name to another, to the same path. */
export interface RedirectModel {
  from: string;
  to: string;
  status: 301 | 302;
}

/** Takes a request to one track whatever the weights, when every condition holds: testers, and cohorts. */
export interface LedModel {
  /** The rule's. */
  name: string;
  track: string;
  conditions: ConditionModel[];
  /** The cohort that it is for; left out: testers, whom no rollback concerns. */
  cohort?: string;
}

/** Holds when one of its patterns matches what it reads of a request. */
export interface ConditionModel {
  reads: { header: string } | "host" | "path" | "source";
  /** Patterns have `*` and `?`; letter case counts for paths and expressions alone. */
  as: "patterns" | "expressions" | "ranges";
  values: string[];
}

/** Who gets the requests: what the listener's forward action says. A track that isn't named gets nothing. */
export interface Split {
  /** Whole percents above 0 that sum to 100. */
  weights: Record<string, number>;
  /** Asked before the weights, in their order; none where each request goes by the weights alone. */
  rules: readonly SessionRule[];
}

export interface FirewallModel {
  /** Present while maintenance is on. */
  maintenance?: MaintenanceModel;
  rate?: RateModel;
  /** Rules that only AWS has, such as its managed groups: they let everything pass here. */
  unplayed: string[];
}

/** Everybody who doesn't show the operators' token gets 503 and the page. */
export interface MaintenanceModel {
  passHeader: string;
  /** SHA-256 of the value that lets pass, in capital hex digits: the token itself is nowhere on disk. */
  passDigest: string;
  headers: Record<string, string>;
  body: string;
}

/** A limit for each client address. */
export interface RateModel {
  requests: number;
  windowSeconds: number;
  status: number;
  headers: Record<string, string>;
  contentType: string;
  body: string;
}

export interface ServerPlace {
  name: string;
  address: string;
  port: number;
}

/** What the graph can't know: where things are on this machine. */
export interface BalancerSetup {
  /** Where the balancer listens, such as `127.0.0.1`. */
  address: string;
  httpsPort: number;
  httpPort: number;
  /** Certificate and key in one PEM file. */
  certificateFile: string;
  /** By the track's name. */
  servers: Record<string, ServerPlace[]>;
}

export function trackNamed(model: Pick<BalancerModel, "tracks">, name: string): TrackModel | undefined {
  return model.tracks.find((track) => track.name === name);
}
