import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import { type Duration, isDuration } from "./duration.ts";

/** What the stack itself sets in the environment file (infra/host/environment.ts); a test holds the two together. */
export const OWN_VARIABLES: ReadonlySet<string> = new Set([
  "ALLOWED_ORIGINS",
  "APP_NAME",
  "COOKIE_SAMESITE",
  "COOKIE_SECURE",
  "DATABASE_POOL_SIZE",
  "DATABASE_URL",
  "DEBUG",
  "FLAGS_FILE",
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

/**
 * The shape of a stack's config, key by key, with defaults. Where the plans differ, the default is the stricter figure.
 * What spans several keys (weights that sum to 100, a stable that exists) is in rules.ts.
 */

const text = (rule: string, form: RegExp) => z.string(rule).regex(form, rule);
const whole = (low: number, high: number) => {
  const rule = `must be a whole number from ${low} to ${high}`;
  return z.int(rule).min(low, rule).max(high, rule);
};
const flag = z.boolean("must be true or false");
const duration = z
  .string('must be a duration such as "30m", "1h" or "500ms"')
  .refine(isDuration, 'must be a duration such as "30m", "1h" or "500ms"')
  .transform((value) => value as Duration);

const domainName = text(
  "must be a lower-case host name with a dot, such as beta.example.com",
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
);

const image = text(
  "must be pinned by digest: name@sha256:<64 hex digits> (a tag can change under you)",
  /^[a-z0-9][a-z0-9._\-/:]*@sha256:[0-9a-f]{64}$/,
);

/** A slot that can serve traffic. Neither `image` nor `build`: the sample app in `app/` is built. */
const track = z.strictObject(
  {
    image: image.optional().describe("the container image, pinned by digest (name@sha256:...)"),
    build: z
      .string("must be the path of a folder with a Dockerfile")
      .min(1)
      .optional()
      .describe("in place of image: a folder with a Dockerfile; with neither, the sample app in app/"),
    weight: whole(0, 100).describe(
      "share of the traffic in whole percent; the weights of all tracks sum to 100",
    ),
    servers: whole(1, 20).optional().describe("servers of the track; by default 2 in prod, 1 in beta"),
    maxServers: whole(1, 100)
      .optional()
      .describe("the most that autoscaling may run; by default twice servers in prod, servers in beta"),
  },
  "must be a track: { image | build, weight, servers, maxServers }",
);

const trackName = /^[a-z][a-z0-9]{0,11}$/;

const instanceType = text("must be an EC2 instance type such as t3.medium", /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/);

const server = z.strictObject({
  instanceType: instanceType.default("t3.medium").describe("EC2 instance type"),
  release: text(
    'must be "current" or the serial of an Ubuntu 24.04 image, such as 20260115',
    /^(current|20\d{6})$/,
  )
    .default("current")
    .describe(
      "Ubuntu 24.04 image: current (read at each launch) or a serial (pinned; a failed instance refresh then rolls back by itself)",
    ),
  diskGiB: whole(20, 1000).default(40).describe("root disk in GiB"),
  cpus: z
    .number("must be a number from 0.25 to 64")
    .min(0.25)
    .max(64)
    .default(1.5)
    .describe("the container's limit, in CPUs"),
  memoryMiB: whole(128, 262_144).default(2560).describe("the container's limit, in MiB"),
});

const database = z.strictObject({
  instanceClass: text("must be an RDS instance class such as db.t4g.small", /^db\.[a-z0-9]+\.[a-z0-9]+$/)
    .default("db.t4g.small")
    .describe("RDS instance class"),
  version: z
    .int("must be a PostgreSQL major version, 15 or later")
    .min(15, "must be a PostgreSQL major version, 15 or later")
    .default(16)
    .describe("PostgreSQL major version, 15 or later"),
  storageGiB: whole(20, 16_384).default(20).describe("storage in GiB"),
  maxStorageGiB: whole(20, 65_536).default(100).describe("how far storage may grow by itself, in GiB"),
  multiAz: flag.optional().describe("a standby in a second zone; by default true in prod, false in beta"),
  backupEveryHours: z
    .literal([1, 2, 3, 4, 6, 8, 12, 24], "must divide the day: 1, 2, 3, 4, 6, 8, 12 or 24")
    .default(6)
    .describe("hours between backups"),
  backupRetentionDays: whole(7, 3650).default(30).describe("days that a backup is kept"),
});

const cache = z.strictObject({
  nodeType: text("must be an ElastiCache node type such as cache.t4g.micro", /^cache\.[a-z0-9]+\.[a-z0-9]+$/)
    .default("cache.t4g.micro")
    .describe("ElastiCache node type"),
  evictionPolicy: z
    .enum(
      ["volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "volatile-ttl", "noeviction"],
      "must be a Redis maxmemory-policy such as volatile-lru",
    )
    .default("volatile-lru")
    .describe("what Redis drops when it is full (maxmemory-policy)"),
});

const limits = z.strictObject({
  requestsPerMinute: whole(10, 1_000_000).default(150).describe("requests a minute for each client address"),
  maxUsers: whole(1, 10_000_000).default(50).describe("the most users that the app admits (MAX_BETA_USERS)"),
  bodyMiB: whole(1, 1024).default(10).describe("the largest request body, in MiB"),
});

const sshSource = z.string("must be an address range such as 203.0.113.7/32").superRefine((value, issue) => {
  const [address = "", bits = ""] = value.split("/");
  const width = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
  if (!width || !/^\d+$/.test(bits) || Number(bits) > width) {
    issue.addIssue({ code: "custom", message: "must be an address range such as 203.0.113.7/32" });
  } else if (Number(bits) < (width === 32 ? 24 : 64)) {
    const rule = `ssh is open to named addresses only: at least /${width === 32 ? 24 : 64}, not ${value}`;
    issue.addIssue({ code: "custom", message: rule });
  }
});

const operators = z.strictObject({
  sshFrom: z
    .array(sshSource, "must be a list of address ranges")
    .default([])
    .describe("address ranges that may use ssh; with none, the session manager only"),
  email: z
    .array(z.email("must be an e-mail address"), "must be a list of e-mail addresses")
    .default([])
    .describe("who is told of alarms by e-mail"),
  sms: z
    .array(text("must be a phone number in E.164 form, such as +34600000000", /^\+[1-9]\d{6,14}$/))
    .default([])
    .describe("who is told of P1 alarms by SMS"),
});

const network = z.strictObject({
  cidr: text("must be an IPv4 /16, such as 10.20.0.0/16", /^(\d{1,3}\.){2}0\.0\/16$/)
    .refine((value) => isIPv4(value.split("/")[0]!), "must be an IPv4 /16, such as 10.20.0.0/16")
    .default("10.20.0.0/16")
    .describe("the network's IPv4 range, a /16"),
  zones: z
    .array(text("must be the letter of an availability zone", /^[a-f]$/), "must be a list of zone letters")
    .min(2, "must name two or three availability zones")
    .max(3, "must name two or three availability zones")
    .refine((zones) => new Set(zones).size === zones.length, "must name each zone once")
    .default(["a", "b"])
    .describe("letters of the availability zones, two or three"),
});

const app = z.strictObject({
  name: text("must be one line of text, 1 to 80 characters", /^[^\r\n]{1,80}$/)
    .default("Rollout sample")
    .describe("the name that users see (APP_NAME)"),
  sessionExpireHours: whole(1, 720).default(8).describe("hours until a session ends"),
  allowedOrigins: z
    .array(z.url("must be an origin such as https://app.example.com"), "must be a list of origins")
    .default([])
    .describe("origins besides the domain that may call the API"),
  environment: z
    .record(
      text("must be an environment variable's name, such as FEATURE_X", /^[A-Z][A-Z0-9_]*$/).refine(
        (name) => !OWN_VARIABLES.has(name),
        "is set by the stack itself",
      ),
      text("must be one line of text", /^[^\r\n]*$/),
      "must be a map of variables",
    )
    .default({})
    .describe("further variables of the environment file, none of them secret"),
});

/** How long a client stays with the track it first met; `none` (the default) lets a rollback move everyone at once. */
const stickiness = z
  .union([z.literal("none"), duration], 'must be "none" or a duration such as "1h"')
  .default("none");

const budget = z.strictObject({
  monthlyUsd: whole(1, 1_000_000)
    .default(200)
    .describe("US dollars a month; 80 % spent or 100 % forecast raises a notice"),
});

/** What the rehearsal starts in place of the container; `{node}` stands for the Node that runs the rehearsal. */
const rehearsal = z.strictObject({
  command: z
    .array(z.string("must be a word of a command"))
    .min(1)
    .default(["{node}", "app/main.ts"])
    .describe("the words of the command; {node} stands for the Node that runs the rehearsal"),
});

const step = z.strictObject({
  weight: whole(1, 100).describe("the candidate's share in whole percent"),
  bake: duration.describe("how long it is watched at that share"),
});
const ratio = z
  .number("must be a number from 0 to 1")
  .min(0, "must be a number from 0 to 1")
  .max(1, "must be a number from 0 to 1");
const gates = z.strictObject({
  errorRate: z
    .strictObject({ max: ratio.default(0.01) })
    .prefault({})
    .describe("the largest share of requests that may fail"),
  latency: z
    .strictObject({ p95: duration.default("500ms") })
    .prefault({})
    .describe("the latency that 95 % of requests must stay under"),
  minRequests: whole(1, 1_000_000_000).default(200).describe("requests below which a gate waits"),
});
const freezeRule = 'must be a window such as "Fri 16:00 - Mon 08:00 Europe/Madrid"';
const freeze = z.string(freezeRule).refine(isFreezeWindow, freezeRule);
const plan = z.strictObject({
  steps: z
    .array(step, "must be a list of { weight, bake }")
    .min(1, "must have at least one step")
    .default([
      { weight: 10, bake: "30m" },
      { weight: 25, bake: "1h" },
      { weight: 50, bake: "2h" },
      { weight: 100, bake: "24h" },
    ])
    .describe("the weights of the candidate and how long each bakes"),
  gates: gates.prefault({}).describe("what must hold at each step"),
  freeze: z
    .array(freeze, "must be a list of windows")
    .default([])
    .describe("windows in which no step is taken"),
});

export const schema = z.strictObject({
  tier: z
    .enum(["beta", "prod"], "must be beta or prod")
    .default("prod")
    .describe("beta: cheap, one server a track; prod: survives the loss of a zone"),
  domain: domainName.describe("the public name of the stack"),
  zone: domainName
    .or(z.literal(""))
    .default("")
    .describe("the Route 53 hosted zone of the domain; empty: the domain's parent"),
  tracks: z
    .record(
      z.string().regex(trackName, "a track's name is 1 to 12 lower-case letters and digits"),
      track,
      "must be a map of tracks",
    )
    .refine(
      (tracks) => Object.keys(tracks).length >= 1 && Object.keys(tracks).length <= 5,
      "must have 1 to 5 tracks",
    )
    .describe(
      "the slots that can serve traffic, 1 to 5, by name; the traffic weights live here and only here",
    ),
  stable: z.string("must name a track").describe("the track that a rollback returns to"),
  server: server.prefault({}).describe("the servers"),
  database: database.prefault({}).describe("PostgreSQL and its backups"),
  cache: cache.prefault({}).describe("Redis"),
  limits: limits.prefault({}).describe("what one client may ask for"),
  operators: operators.prefault({}).describe("who runs the stack"),
  network: network.prefault({}).describe("addresses and zones"),
  app: app.prefault({}).describe("the application's own settings"),
  stickiness: stickiness.describe(
    '"none", or how long a client stays with the track it first met; none lets a rollback move everyone at once',
  ),
  maintenance: flag.default(false).describe("true: everybody but operators gets 503 and a page"),
  budget: budget.prefault({}).describe("what the stack may cost"),
  rehearsal: rehearsal.prefault({}).describe("what the rehearsal starts in place of the container"),
  plan: plan.prefault({}).describe("the steps of a rollout"),
});

/** Config after the defaults, before the rules that span keys. */
export type Parsed = z.infer<typeof schema>;

function isFreezeWindow(window: string): boolean {
  const day = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
  const hour = "([01]\\d|2[0-3]):[0-5]\\d";
  const zone = new RegExp(`^${day} ${hour} - ${day} ${hour} (\\S+)$`).exec(window)?.at(-1);
  if (!zone) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
