import { expect, test } from "vitest";
import { parseSettings } from "../../../infra/settings/parse.ts";
import { mistakesOf, withValue } from "./with-value.ts";

const DIGEST = `registry.example.com/app@sha256:${"0".repeat(64)}`;

/** A config with nothing wrong; each case below merges one bad field into it. */
const VALID = {
  tier: "prod",
  domain: "app.example.com",
  tracks: {
    blue: { image: DIGEST, weight: 90, servers: 2 },
    green: { image: DIGEST, weight: 10, servers: 2 },
  },
  stable: "blue",
};

const WAIVER = {
  policy: "database-logs",
  resource: "prod-database",
  reason: "The exporter takes them until the move is done",
  until: "2026-12-31",
};

/** [what is set, to what, the exact mistakes]. A dotted path goes as deep as it says. */
const CASES: [path: string, value: unknown, ...mistakes: string[]][] = [
  ["tracks.green.weight", 20, "rollout:tracks.green.weight: weights must sum to 100, they sum to 110"],
  ["tracks.green.weight", 10.5, "rollout:tracks.green.weight: must be a whole number from 0 to 100"],
  ["tracks.green.weight", -10, "rollout:tracks.green.weight: must be a whole number from 0 to 100"],
  ["tracks.green.weight", "10", "rollout:tracks.green.weight: must be a whole number from 0 to 100"],
  [
    "tracks.green.weight",
    undefined,
    "rollout:tracks.green.weight: is missing: must be a whole number from 0 to 100",
  ],
  [
    "tracks.green.image",
    "app:latest",
    "rollout:tracks.green.image: must be pinned by digest: name@sha256:<64 hex digits> (a tag can change under you)",
  ],
  ["tracks.green.build", "app", "rollout:tracks.green: takes image or build, not both"],
  [
    "tracks.green.servers",
    1,
    "rollout:tracks.green.servers: a track that carries weight in prod needs at least 2 servers, not 1",
  ],
  ["tracks.green.servers", 0, "rollout:tracks.green.servers: must be a whole number from 1 to 20"],
  ["tracks.green.maxServers", 1, "rollout:tracks.green.maxServers: must be at least servers (2), not 1"],
  ["tracks.green.wieght", 10, "rollout:tracks.green.wieght: unknown key"],
  [
    "tracks.Green",
    { weight: 0 },
    "rollout:tracks.Green: a track's name is 1 to 12 lower-case letters and digits, and not constructor",
  ],
  ["tracks", {}, "rollout:tracks: must have 1 to 5 tracks"],
  ["tracks", six(), "rollout:tracks: must have 1 to 5 tracks"],
  ["tracks", "blue", "rollout:tracks: must be a map of tracks"],
  ["tracks", undefined, "rollout:tracks: is missing: must be a map of tracks"],
  ["stable", "red", 'rollout:stable: must name a track (blue, green), not "red"'],
  ["stable", undefined, "rollout:stable: is missing: must name a track"],
  [
    "domain",
    "App.Example.com",
    "rollout:domain: must be a lower-case host name with a dot, such as beta.example.com",
  ],
  [
    "domain",
    undefined,
    "rollout:domain: is missing: must be a lower-case host name with a dot, such as beta.example.com",
  ],
  [
    "zone",
    "example.org",
    "rollout:zone: must be the domain or a parent of it (app.example.com), not example.org",
  ],
  ["tier", "staging", "rollout:tier: must be beta or prod"],
  ["cache", false, 'rollout:cache: must be "none" or a map of keys'],
  ["limits", [], "rollout:limits: must be a map of keys"],
  ["trakcs", {}, "rollout:trakcs: unknown key"],
  [
    "server.instanceType",
    "medium",
    "rollout:server.instanceType: must be an EC2 instance type such as t3.medium",
  ],
  ["server.diskGiB", 8, "rollout:server.diskGiB: must be a whole number from 20 to 1000"],
  ["server.cpus", 0, "rollout:server.cpus: must be a number from 0.25 to 64"],
  ["server.disk", 40, "rollout:server.disk: unknown key"],
  [
    "database.instanceClass",
    "t4g.small",
    "rollout:database.instanceClass: must be an RDS instance class such as db.t4g.small",
  ],
  ["database.version", 14, "rollout:database.version: must be a PostgreSQL major version, 15 or later"],
  [
    "database.upgradeFrom",
    16,
    "rollout:database.upgradeFrom: must be below version (16), not 16: no way leads back",
  ],
  ["database.storageGiB", 10, "rollout:database.storageGiB: must be a whole number from 20 to 16384"],
  [
    "database.maxStorageGiB",
    25,
    "rollout:database.maxStorageGiB: must be at least 33, a tenth above storageGiB (30), not 25",
  ],
  [
    "database.backupEveryHours",
    1,
    "rollout:database.backupEveryHours: must divide the day: 2, 3, 4, 6, 8, 12 or 24",
  ],
  ["database.multiAz", "yes", "rollout:database.multiAz: must be true or false"],
  [
    "database.backupEveryHours",
    5,
    "rollout:database.backupEveryHours: must divide the day: 2, 3, 4, 6, 8, 12 or 24",
  ],
  [
    "database.backupRetentionDays",
    3,
    "rollout:database.backupRetentionDays: must be a whole number from 7 to 3650",
  ],
  [
    "cache.nodeType",
    "t4g.micro",
    "rollout:cache.nodeType: must be an ElastiCache node type such as cache.t4g.micro",
  ],
  [
    "cache.evictionPolicy",
    "lru",
    "rollout:cache.evictionPolicy: must be a Redis maxmemory-policy such as volatile-lru",
  ],
  [
    "limits.requestsPerMinute",
    0,
    "rollout:limits.requestsPerMinute: must be a whole number from 10 to 1000000",
  ],
  ["limits.maxUsers", 1.5, "rollout:limits.maxUsers: must be a whole number from 1 to 10000000"],
  [
    "operators.sshFrom",
    ["0.0.0.0/0"],
    "rollout:operators.sshFrom[0]: ssh is open to named addresses only: at least /24, not 0.0.0.0/0",
  ],
  [
    "operators.sshFrom",
    ["::/0"],
    "rollout:operators.sshFrom[0]: ssh is open to named addresses only: at least /64, not ::/0",
  ],
  [
    "operators.sshFrom",
    ["203.0.113.7"],
    "rollout:operators.sshFrom[0]: must be an address range such as 203.0.113.7/32",
  ],
  [
    "operators.principals",
    ["arn:aws:iam::123456789012:root"],
    "rollout:operators.principals[0]: must be the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/on-call",
  ],
  ["operators.email", ["ops"], "rollout:operators.email[0]: must be an e-mail address"],
  [
    "operators.sms",
    ["600123"],
    "rollout:operators.sms[0]: must be a phone number in E.164 form, such as +34600000000",
  ],
  ["network.cidr", "10.20.0.0/24", "rollout:network.cidr: must be an IPv4 /16, such as 10.20.0.0/16"],
  ["network.cidr", "10.999.0.0/16", "rollout:network.cidr: must be an IPv4 /16, such as 10.20.0.0/16"],
  ["network.zones", ["a"], "rollout:network.zones: must name two or three availability zones"],
  ["network.zones", ["a", "a"], "rollout:network.zones: must name each zone once"],
  [
    "app.environment",
    { "app-name": "x" },
    "rollout:app.environment.app-name: must be an environment variable's name, such as FEATURE_X",
  ],
  [
    "app.environment",
    { NOTE: "a\nb" },
    "rollout:app.environment.NOTE: must be one line of text, without control characters and @@",
  ],
  [
    "app.processes",
    { nightly: { command: ["clean"], schedule: "0 3 * * *" } },
    'rollout:app.processes.nightly.schedule: must be a schedule of EventBridge Scheduler, such as "cron(0 3 * * ? *)" (03:00 UTC) or "rate(15 minutes)": this one is neither cron(...) nor rate(...)',
  ],
  [
    "app.processes",
    {
      nightly: { command: ["clean"], schedule: "rate(1 day)", count: 2, with: "traffic" },
      worker: { command: ["celery"], timeout: "1h" },
    },
    "rollout:app.processes.nightly.count: is for a worker; a job, which has a schedule, runs once for the stack, on the stable track",
    "rollout:app.processes.nightly.with: is for a worker; a job, which has a schedule, runs once for the stack, on the stable track",
    "rollout:app.processes.worker.timeout: is for a job, which has a schedule; a worker never ends",
  ],
  [
    "rehearsal",
    { processes: { worker: ["celery"] }, tracks: { blue: { processes: { beat: ["celery"] } } } },
    "rollout:rehearsal.processes.worker: must name a process of app.processes",
    "rollout:rehearsal.tracks.blue.processes.beat: must name a process of app.processes",
  ],
  [
    "app.processes",
    { App: {} },
    "rollout:app.processes.App: must be 1 to 20 lower-case letters, digits and dashes, and not app, nginx, migrate or constructor",
  ],
  [
    "app.dependencies",
    { prices: { url: "http://prices.example.com" } },
    "rollout:app.dependencies.prices.url: must be an https address on its usual port, without a user, a password, ? or #",
  ],
  [
    "app.dependencies",
    { prices: { url: "https://prices.example.com:8443" } },
    "rollout:app.dependencies.prices.url: must be an https address on its usual port, without a user, a password, ? or #",
  ],
  [
    "app.dependencies",
    { prices: { url: "https://key:word@prices.example.com" } },
    "rollout:app.dependencies.prices.url: must be an https address on its usual port, without a user, a password, ? or #",
  ],
  [
    "app.dependencies",
    { prices: { url: "https://prices.example.com/?key=word" } },
    "rollout:app.dependencies.prices.url: must be an https address on its usual port, without a user, a password, ? or #",
  ],
  [
    "app.dependencies",
    { prices: { url: "https://prices.example.com", timeout: "1m" } },
    "rollout:app.dependencies.prices.timeout: must be 50ms to 10s",
  ],
  [
    "app.dependencies",
    { Prices: { url: "https://prices.example.com" } },
    "rollout:app.dependencies.Prices: must be 1 to 20 lower-case letters, digits and dashes, and not constructor",
  ],
  [
    "app.secrets",
    {
      KEY: "a\nb",
      OTHER: { frm: "x" },
      THIRD: 3,
      FOURTH: { from: "beta-mail" },
      FIFTH: {
        from: "arn:aws:secretsmanager:us-east-1:123456789012:secret:mail-AbCdEf",
        kmsKey: "alias/mail",
      },
    },
    "rollout:app.secrets.KEY: must be one line of text; a key of several lines goes in base64",
    "rollout:app.secrets.OTHER.from: is missing: must be the ARN of a secret in AWS Secrets Manager",
    "rollout:app.secrets.OTHER.frm: unknown key",
    "rollout:app.secrets.THIRD: must be a secret: an encrypted text, or { from, key, kmsKey }",
    "rollout:app.secrets.FOURTH.from: must be the ARN of a secret in AWS Secrets Manager",
    "rollout:app.secrets.FIFTH.kmsKey: must be the ARN of a KMS key",
  ],
  [
    "app",
    { environment: { STRIPE_KEY: "canary", OPEN_KEY: "canary" }, notSecret: ["OPEN_KEY", "GONE"] },
    "rollout:app.environment.STRIPE_KEY: looks like a secret, by its name, and would be in clear: set it by `pulumi config set --secret --path rollout:app.secrets.STRIPE_KEY` (docs/secrets.md), or, if everybody may read it, name it in app.notSecret",
    "rollout:app.notSecret[1]: must name a variable of app.environment, not GONE",
  ],
  [
    "domains",
    [{ name: "app.example.com" }, { name: "www.example.org", zone: "example.com" }],
    "rollout:domains[0].name: is the domain itself",
    "rollout:domains[1].zone: must be the name or a parent of it, not example.com",
  ],
  [
    "app.environment",
    { QUEUE: "${REDIS_URL}/${QUEUE_NAME}" },
    "rollout:app.environment.QUEUE: ${QUEUE_NAME} must name a variable that the stack or app.secrets sets (docs/your-app.md)",
  ],
  [
    "app.egress",
    [{ port: 587 }, { port: 587, to: ["203.0.113.7/32"] }],
    "rollout:app.egress: must name each port once",
  ],
  [
    "app.assets",
    [
      { path: "/assets/js/", folder: "dist/js" },
      { path: "/assets/", folder: "dist" },
    ],
    "rollout:app.assets: must have paths of which none is within another",
  ],
  [
    "app",
    { environment: { BUCKET_MY_FILES: "x" }, buckets: ["my-files"] },
    "rollout:app.environment.BUCKET_MY_FILES: is set by app.buckets",
  ],
  [
    "app.permissions",
    [
      { actions: ["s3:*"], resources: ["arn:aws:s3:::shared"] },
      { actions: ["iam:PassRole"], resources: ["arn:aws:iam::123456789012:role/x"] },
      { actions: ["secretsmanager:GetSecretValue"], resources: ["*"] },
      { actions: ["ses:SendEmail"], resources: ["*"] },
    ],
    "rollout:app.permissions[0].actions[0]: must be an action of AWS by its full name, such as ses:SendEmail",
    "rollout:app.permissions[1].actions[0]: the app may not manage identities (iam, sts, organizations, account)",
    'rollout:app.permissions[2]: resources must be ARNs: "*" would let it do so with everything in the account',
  ],
  ["app.secrets", { DATABASE_URL: "x" }, "rollout:app.secrets.DATABASE_URL: is set by the stack itself"],
  [
    "app.secrets",
    { Key: "x" },
    "rollout:app.secrets.Key: must be an environment variable's name, such as FEATURE_X",
  ],
  [
    "app",
    { environment: { KEY: "x" }, secrets: { KEY: "x" } },
    "rollout:app.secrets.KEY: is in app.environment, too: a variable has one value",
  ],
  ["app.timeout", "500ms", "rollout:app.timeout: must be whole seconds from 1s to 1h"],
  ["app.timeout", "61m", "rollout:app.timeout: must be whole seconds from 1s to 1h"],
  ["app.timeout", 60, 'rollout:app.timeout: must be a duration such as "30m", "1h" or "500ms"'],
  ["app.drain", "0s", "rollout:app.drain: must be whole seconds from 1s to 1h"],
  ["app.drain", "2h", "rollout:app.drain: must be whole seconds from 1s to 1h"],
  [
    "app.startTimeout",
    "6m",
    "rollout:plan.limits.capacity: must be at least 10m longer than app.startTimeout (6m), not 15m",
  ],
  [
    "rehearsal.tracks",
    { red: { folder: "../red" } },
    "rollout:rehearsal.tracks.red: must name a track (blue, green)",
  ],
  ["app.stopTimeout", "3m", "rollout:app.stopTimeout: must be whole seconds from 1s to 2m"],
  ["app.sessionExpireHours", 0, "rollout:app.sessionExpireHours: must be a whole number from 1 to 720"],
  ["stickiness", "1 hour", 'rollout:stickiness: must be "none" or a duration such as "1h"'],
  ["app.environment", { TRACK: "red" }, "rollout:app.environment.TRACK: is set by the stack itself"],
  [
    "app.name",
    "two\nlines",
    "rollout:app.name: must be one line of text, 1 to 80 characters, without control characters and @@",
  ],
  [
    "server.release",
    "latest",
    'rollout:server.release: must be "current" or the serial of an Ubuntu 24.04 image, such as 20260115',
  ],
  [
    "database.instanceClass",
    "db.q9.large",
    "rollout:database.instanceClass: memory of db.q9.large isn't known",
  ],
  ["stickiness", "8d", "rollout:stickiness: must be whole seconds from 1s to 7d, not 8d"],
  ["stickiness", "500ms", "rollout:stickiness: must be whole seconds from 1s to 7d, not 500ms"],
  ["controller", "stack", "rollout:controller: must be { in: terminal } or { in: stack }"],
  ["controller.in", "aws", "rollout:controller.in: must be terminal or stack"],
  ["draining", "red", 'rollout:draining: must name a track (blue, green), not "red"'],
  ["draining", "blue", "rollout:draining: must go: blue has a weight of 90, and keeps everybody"],
  ["plan.sessions", { drain: "8d" }, "rollout:plan.sessions.drain: must be whole seconds up to 7d, not 8d"],
  ["maintenance", "on", "rollout:maintenance: must be true or false"],
  ["budget.monthlyUsd", 0, "rollout:budget.monthlyUsd: must be a whole number from 1 to 1000000"],
  ["plan.steps", [], "rollout:plan.steps: must have at least one step"],
  [
    "plan.steps",
    [{ weight: 100, bake: "soon" }],
    'rollout:plan.steps[0].bake: must be a duration such as "30m", "1h" or "500ms"',
  ],
  [
    "plan.steps",
    [
      { weight: 50, bake: "1h" },
      { weight: 25, bake: "1h" },
    ],
    "rollout:plan.steps[1].weight: steps must rise: 25 comes after 50",
    "rollout:plan.steps[1].weight: the last step must be 100, not 25",
  ],
  ["plan.gates.errorRate.max", 2, "rollout:plan.gates.errorRate.max: must be a number from 0 to 1"],
  ["plan.gates.errors", {}, "rollout:plan.gates.errors: unknown key"],
  [
    "plan.freeze",
    ["Friday afternoon"],
    'rollout:plan.freeze[0]: must be a window such as "Fri 16:00 - Mon 08:00 Europe/Madrid"',
  ],
  [
    "plan.freeze",
    ["Fri 16:00 - Mon 08:00 Europe/Nowhere"],
    'rollout:plan.freeze[0]: must be a window such as "Fri 16:00 - Mon 08:00 Europe/Madrid"',
  ],
  [
    "plan.freeze",
    ["Mon 09:00 - Mon 09:00 UTC"],
    "rollout:plan.freeze[0]: must not end when it begins: it would be no time, or all of it",
  ],
  [
    "plan.freeze",
    ["Mon 00:00 - Sun 00:00 UTC", "Sat 00:00 - Tue 00:00 Europe/Madrid"],
    "rollout:plan.freeze: must leave time to act: these windows together cover the whole week",
  ],
  [
    "plan.steps",
    [{ weight: 100, bake: "1h", deadline: 60 }],
    'rollout:plan.steps[0].deadline: must be a duration such as "30m", "1h" or "500ms"',
  ],
  [
    "plan.limits.noData",
    "1m",
    "rollout:plan.limits.noData: must be 5m or more: CloudWatch is minutes behind",
  ],
  ["plan.limits.attempts", 0, "rollout:plan.limits.attempts: must be a whole number from 1 to 20"],
  [
    "plan.gates.burnRate.objective",
    0.999,
    "rollout:plan.gates.burnRate.objective: must be a number above 90 and below 100",
  ],
  ["plan.gates.falseAlarm", 0, "rollout:plan.gates.falseAlarm: must be a number above 0 and below 0.5"],
  ["plan.gates.smallest", 1, "rollout:plan.gates.smallest: must be a number above 1 and below 1000"],
  ["plan.gates.alarms", "off", "rollout:plan.gates.alarms: must be true or false"],
  [
    "plan.gates.counters",
    { errors: { bad: "A", total: "B" } },
    "rollout:plan.gates.counters.errors: a counter's name is 1 to 30 lower-case letters, digits and -, and not errors, alarms or constructor",
  ],
  [
    "plan.gates.counters",
    { quotes: { bad: "Quotes Failed", total: "QuotesAsked" } },
    "rollout:plan.gates.counters.quotes.bad: must be the name of a metric that the application counts, such as QuotesFailed",
  ],
  [
    "plan.gates.counters",
    { quotes: { bad: "QuotesAsked", total: "QuotesAsked" } },
    "rollout:plan.gates.counters.quotes.bad: must be another metric than total: all would be bad",
  ],
  [
    "plan.gates.counters",
    { constructor: { bad: "A", total: "B" } },
    "rollout:plan.gates.counters.constructor: a counter's name is 1 to 30 lower-case letters, digits and -, and not errors, alarms or constructor",
  ],
  [
    "app.dependencies",
    { constructor: { url: "https://prices.example.com" } },
    "rollout:app.dependencies.constructor: must be 1 to 20 lower-case letters, digits and dashes, and not constructor",
  ],
  [
    "tracks.constructor",
    { weight: 0 },
    "rollout:tracks.constructor: a track's name is 1 to 12 lower-case letters and digits, and not constructor",
  ],
  [
    "pipeline.repository",
    "shop",
    "rollout:pipeline.repository: must be a repository on GitHub, such as example/shop",
  ],
  [
    "pipeline.repository",
    "example/*",
    "rollout:pipeline.repository: must be a repository on GitHub, such as example/shop",
  ],
  [
    "pipeline",
    { repository: "example/shop", provider: "github" },
    "rollout:pipeline.provider: must be the ARN of an IAM OIDC provider for token.actions.githubusercontent.com",
  ],
  ["pipeline.stateBucket", "s3://state", "rollout:pipeline.stateBucket: must be the name of an S3 bucket"],
  ["pipeline.secretsKey", "alias/pulumi", "rollout:pipeline.secretsKey: must be the ARN of a KMS key"],
  ["pipeline.branch", "main", "rollout:pipeline.branch: unknown key"],
  ["waivers", {}, "rollout:waivers: must be a list of { policy, resource, reason, until }"],
  ["waivers", ["all"], "rollout:waivers[0]: must be a waiver: { policy, resource, reason, until }"],
  [
    "waivers",
    [{ ...WAIVER, policy: "database-fast" }],
    "rollout:waivers[0].policy: there is no policy of that id (`rollout preview` and infra/policy name them)",
  ],
  [
    "waivers",
    [{ ...WAIVER, resource: "" }],
    "rollout:waivers[0].resource: must be a resource's name, such as beta-database",
  ],
  [
    "waivers",
    [{ ...WAIVER, reason: "because" }],
    "rollout:waivers[0].reason: must say why, in 10 characters or more",
  ],
  [
    "waivers",
    [WAIVER, { ...WAIVER, until: "2026-02-30" }],
    'rollout:waivers[1].until: must be a day that exists, such as "2026-12-31"',
  ],
  [
    "waivers",
    [{ ...WAIVER, until: undefined }],
    'rollout:waivers[0].until: is missing: must be a day that exists, such as "2026-12-31"',
  ],
  ["waivers", [{ ...WAIVER, ticket: 7 }], "rollout:waivers[0].ticket: unknown key"],
];

test.each(CASES)("%s = %j is refused", (path, value, ...mistakes) => {
  expect(mistakesOf(() => parseSettings("prod", "us-east-1", merged(path, value)))).toEqual(mistakes);
});

test("the valid config is accepted", () => {
  expect(mistakesOf(() => parseSettings("prod", "us-east-1", VALID))).toEqual([]);
});

test("a waiver is accepted, its day also as Pulumi gives one without quotes", () => {
  const waivers = [WAIVER, { ...WAIVER, until: "2026-12-31 00:00:00 +0000 UTC" }];
  expect(parseSettings("prod", "us-east-1", { ...VALID, waivers }).waivers).toEqual([WAIVER, WAIVER]);
});

test("all mistakes come at once, rules that span keys included", () => {
  const config = { ...merged("tracks.green.weight", 20), maintenance: "on", plan: { steps: [] }, extra: 1 };
  expect(mistakesOf(() => parseSettings("prod", "us-east-1", config))).toEqual([
    "rollout:maintenance: must be true or false",
    "rollout:plan.steps: must have at least one step",
    "rollout:extra: unknown key",
    "rollout:tracks.green.weight: weights must sum to 100, they sum to 110",
  ]);
});

test("a bad domain doesn't hide a stable that doesn't exist", () => {
  expect(
    mistakesOf(() => parseSettings("prod", "us-east-1", { ...VALID, domain: "x", stable: "red" })),
  ).toEqual([
    "rollout:domain: must be a lower-case host name with a dot, such as beta.example.com",
    'rollout:stable: must name a track (blue, green), not "red"',
  ]);
});

test("a database of others is upgraded by others: upgradeFrom beside database.existing is refused", () => {
  const url = { from: "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf" };
  const existing = { instance: "shop-prod", securityGroup: "sg-01234567", url };
  const of = (database: object) =>
    mistakesOf(() => parseSettings("prod", "us-east-1", { ...VALID, database: { existing, ...database } }));
  expect(of({ version: 17 })).toEqual([]);
  expect(of({ version: 17, upgradeFrom: 16 })).toEqual([
    "rollout:database.upgradeFrom: is for the stack's own database; shop-prod was there before (database.existing) and is upgraded where it is managed",
  ]);
});

test.each([
  ["eu-west-1", ["a", "d"], "eu-west-1 has the zones a, b, c, not d"],
  ["ap-northeast-1", ["a", "b"], "ap-northeast-1 has the zones a, c, d, not b"],
  ["ca-central-1", ["a", "b", "c"], "ca-central-1 has the zones a, b, d, not c"],
])("zones that %s hasn't are refused", (region, zones, rule) => {
  const config = { ...VALID, network: { cidr: "10.20.0.0/16", zones } };
  expect(() => parseSettings("prod", region, config)).toThrow(`rollout:network.zones: ${rule}`);
});

test.each([
  ["us-east-1", ["e", "f"]],
  ["ap-northeast-1", ["a", "c", "d"]],
  ["eu-central-1", ["a", "b"]],
])("the zones that %s has are taken", (region, zones) => {
  const config = { ...VALID, network: { cidr: "10.20.0.0/16", zones } };
  expect(parseSettings("prod", region, config).network.zones).toEqual(zones);
});

test.each([
  "cn-north-1",
  "us-gov-west-1",
  "us-iso-east-1",
  "us-isob-east-1",
  "eu-isoe-west-1",
  "eusc-de-east-1",
])("region %s is of another partition and refused", (region) => {
  expect(() => parseSettings("prod", region, VALID)).toThrow(
    "aws:region: must be a commercial region of AWS",
  );
});

test.each([
  [30, 33],
  [95, 105],
  [100, 110],
  [16_384, 18_023],
])("storage of %i GiB may grow to %i at least: RDS refuses less", (storageGiB, least) => {
  const at = (maxStorageGiB: number) => () =>
    parseSettings("prod", "us-east-1", { ...VALID, database: { storageGiB, maxStorageGiB } });
  expect(at(least)).not.toThrow();
  expect(at(least - 1)).toThrow(`must be at least ${least}, a tenth above storageGiB`);
});

test.each([undefined, "virginia", 7])("region %j is refused", (region) => {
  expect(() => parseSettings("prod", region, VALID)).toThrow(
    "aws:region: must be an AWS region such as us-east-1",
  );
});

test("the message names the file and counts the mistakes", () => {
  expect(() => parseSettings("prod", "us-east-1", { ...VALID, stable: "red", maintenance: 3 })).toThrow(
    "Pulumi.prod.yaml has 2 mistakes:\n",
  );
});

/** VALID with one field changed, or left out when the value is undefined. */
function merged(path: string, value: unknown): Record<string, unknown> {
  return withValue({ ...VALID, database: { storageGiB: 30 } }, path, value);
}

function six() {
  return Object.fromEntries(
    ["a", "b", "c", "d", "e", "f"].map((name) => [name, { weight: name === "a" ? 100 : 0 }]),
  );
}

test("a message is a screen at most: twenty mistakes of 300 letters, and how many more", () => {
  const sources = (count: number) => Array.from({ length: count }, (_, index) => `${index}`.padEnd(400, "x"));
  const of = (count: number) =>
    mistakesOf(() => parseSettings("prod", "us-east-1", { ...VALID, operators: { email: sources(count) } }));
  expect(of(20)).toHaveLength(20);
  expect(of(21)).toHaveLength(21);
  expect(of(21).at(-1)).toBe("and 1 more");
  expect(of(25).at(-1)).toBe("and 5 more");
  const long = mistakesOf(() => parseSettings("prod", "us-east-1", { ...VALID, stable: "x".repeat(999) }));
  expect(long[0]).toMatch(/^rollout:stable: .{270,290}\.\.\.$/);
});
