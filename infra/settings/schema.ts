import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import { type Duration, isDuration } from "./duration.ts";

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
    image: image.optional(),
    build: z.string("must be the path of a folder with a Dockerfile").min(1).optional(),
    weight: whole(0, 100),
    servers: whole(1, 20).optional(),
    maxServers: whole(1, 100).optional(),
  },
  "must be a track: { image | build, weight, servers, maxServers }",
);

const trackName = /^[a-z][a-z0-9]{0,11}$/;

const instanceType = text("must be an EC2 instance type such as t3.medium", /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/);

const server = z.strictObject({
  instanceType: instanceType.default("t3.medium"),
  diskGiB: whole(20, 1000).default(40),
  cpus: z.number("must be a number from 0.25 to 64").min(0.25).max(64).default(1.5),
  memoryMiB: whole(128, 262_144).default(2560),
});

const database = z.strictObject({
  instanceClass: text(
    "must be an RDS instance class such as db.t4g.small",
    /^db\.[a-z0-9]+\.[a-z0-9]+$/,
  ).default("db.t4g.small"),
  version: text("must be a PostgreSQL major version, 15 or later", /^(1[5-9]|[2-9]\d)$/).default("16"),
  storageGiB: whole(20, 16_384).default(20),
  maxStorageGiB: whole(20, 65_536).default(100),
  multiAz: flag.optional(),
  backupEveryHours: z
    .literal([1, 2, 3, 4, 6, 8, 12, 24], "must divide the day: 1, 2, 3, 4, 6, 8, 12 or 24")
    .default(6),
  backupRetentionDays: whole(7, 3650).default(30),
});

const cache = z.strictObject({
  nodeType: text(
    "must be an ElastiCache node type such as cache.t4g.micro",
    /^cache\.[a-z0-9]+\.[a-z0-9]+$/,
  ).default("cache.t4g.micro"),
  evictionPolicy: z
    .enum(
      ["volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "volatile-ttl", "noeviction"],
      "must be a Redis maxmemory-policy such as volatile-lru",
    )
    .default("volatile-lru"),
});

const limits = z.strictObject({
  requestsPerMinute: whole(10, 1_000_000).default(150),
  maxUsers: whole(1, 10_000_000).default(50),
  bodyMiB: whole(1, 1024).default(10),
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
  sshFrom: z.array(sshSource, "must be a list of address ranges").default([]),
  email: z.array(z.email("must be an e-mail address"), "must be a list of e-mail addresses").default([]),
  sms: z
    .array(text("must be a phone number in E.164 form, such as +34600000000", /^\+[1-9]\d{6,14}$/))
    .default([]),
});

const network = z.strictObject({
  cidr: text("must be an IPv4 /16, such as 10.20.0.0/16", /^(\d{1,3}\.){2}0\.0\/16$/)
    .refine((value) => isIPv4(value.split("/")[0]!), "must be an IPv4 /16, such as 10.20.0.0/16")
    .default("10.20.0.0/16"),
  zones: z
    .array(text("must be the letter of an availability zone", /^[a-f]$/), "must be a list of zone letters")
    .min(2, "must name two or three availability zones")
    .max(3, "must name two or three availability zones")
    .refine((zones) => new Set(zones).size === zones.length, "must name each zone once")
    .default(["a", "b"]),
});

const app = z.strictObject({
  name: z.string("must be text").min(1).max(80).default("Rollout sample"),
  sessionExpireHours: whole(1, 720).default(8),
  allowedOrigins: z
    .array(z.url("must be an origin such as https://app.example.com"), "must be a list of origins")
    .default([]),
  environment: z
    .record(
      text("must be an environment variable's name, such as FEATURE_X", /^[A-Z][A-Z0-9_]*$/),
      text("must be one line of text", /^[^\r\n]*$/),
      "must be a map of variables",
    )
    .default({}),
});

/** How long a client stays with the track it first met; `off` (the default) lets a rollback move everyone at once. */
const stickiness = z
  .union([z.literal("off"), duration], 'must be "off" or a duration such as "1h"')
  .default("off");

const budget = z.strictObject({ monthlyUsd: whole(1, 1_000_000).default(200) });

/** What the rehearsal starts in place of the container; `{node}` stands for the Node that runs the rehearsal. */
const rehearsal = z.strictObject({
  command: z.array(z.string("must be a word of a command")).min(1).default(["{node}", "app/main.ts"]),
});

const step = z.strictObject({ weight: whole(1, 100), bake: duration });
const ratio = z
  .number("must be a number from 0 to 1")
  .min(0, "must be a number from 0 to 1")
  .max(1, "must be a number from 0 to 1");
const gates = z.strictObject({
  errorRate: z.strictObject({ max: ratio.default(0.01) }).prefault({}),
  latency: z.strictObject({ p95: duration.default("500ms") }).prefault({}),
  minRequests: whole(1, 1_000_000_000).default(200),
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
    ]),
  gates: gates.prefault({}),
  freeze: z.array(freeze, "must be a list of windows").default([]),
});

export const schema = z.strictObject({
  tier: z.enum(["beta", "prod"], "must be beta or prod").default("prod"),
  domain: domainName,
  zone: domainName.optional(),
  tracks: z
    .record(
      z.string().regex(trackName, "a track's name is 1 to 12 lower-case letters and digits"),
      track,
      "must be a map of tracks",
    )
    .refine(
      (tracks) => Object.keys(tracks).length >= 1 && Object.keys(tracks).length <= 5,
      "must have 1 to 5 tracks",
    ),
  stable: z.string("must name a track"),
  server: server.prefault({}),
  database: database.prefault({}),
  cache: cache.prefault({}),
  limits: limits.prefault({}),
  operators: operators.prefault({}),
  network: network.prefault({}),
  app: app.prefault({}),
  stickiness,
  maintenance: flag.default(false),
  budget: budget.prefault({}),
  rehearsal: rehearsal.prefault({}),
  plan: plan.prefault({}),
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
