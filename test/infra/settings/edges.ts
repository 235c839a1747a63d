/** A setting with values at its edges: those that are taken, and those just beyond, or of another kind, that are refused. */
export type Edge = [path: string, taken: unknown[], refused: unknown[]];

const DIGEST = `registry.example.com/app@sha256:${"0".repeat(64)}`;
const ARN = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mail-AbCdEf";
const KEY = "arn:aws:kms:us-east-1:123456789012:key/0000-1111";
const text = (length: number) => "x".repeat(length);

/** Every duration is a whole number and a unit. */
const DURATION: [unknown[], unknown[]] = [
  ["0s", "500ms", "1m", "24h", "7d"],
  ["", "1", "1.5h", "-1s", "1 m", "1w", 60],
];

/** One row for each key of the schema. A track is `tracks.green`, the first of a list is `0`. */
export const EDGES: Edge[] = [
  ["tier", ["beta", "prod"], ["Beta", "staging", ""]],
  [
    "domain",
    ["a.bc", "app.example.com", "shop.xn--p1ai", `${text(60)}.com`],
    ["example", "App.example.com", "a.b", "-a.example.com", "a..com", "shop.xn--", `${text(61)}.com`],
  ],
  ["zone", ["", "example.com"], ["example", "example.org"]],
  ["tracks.green.image", [DIGEST], ["app:latest", DIGEST.slice(0, -1), `${DIGEST}0`, DIGEST.toUpperCase()]],
  ["tracks.green.build", ["app"], ["", 1]],
  ["tracks.green.weight", [10], [-1, 101, 10.5, "10"]],
  ["tracks.green.servers", [2, 20], [0, 21]],
  ["tracks.green.maxServers", [2, 100], [1, 101]],
  ["stable", ["blue", "green"], ["red", ""]],
  ["server.instanceType", ["t3.medium", "u-6tb1.metal"], ["medium", "T3.medium", "t3."]],
  ["server.release", ["current", "20260115"], ["latest", "2026011", "202601155", 20_260_115]],
  ["server.diskGiB", [20, 1000], [19, 1001]],
  ["server.cpus", [0.25, 64], [0.24, 64.1, "2"]],
  ["server.memoryMiB", [128, 262_144], [127, 262_145]],
  ["database.instanceClass", ["db.t4g.small", "db.m7g.large"], ["t4g.small", "db.t4g", "db.x9.huge"]],
  ["database.version", [15, 16], [14, "16"]],
  ["database.storageGiB", [20, 16_384], [19, 16_385]],
  ["database.maxStorageGiB", [22, 65_536], [21, 65_537]],
  ["database.multiAz", [true, false], ["yes"]],
  ["database.backupEveryHours", [2, 3, 4, 6, 8, 12, 24], [1, 5, 7, 13, 25, 48]],
  ["database.backupRetentionDays", [7, 3650], [6, 3651]],
  ["cache.nodeType", ["cache.t4g.micro"], ["t4g.micro", "cache.t4g"]],
  ["cache.evictionPolicy", ["volatile-lru", "noeviction"], ["lru"]],
  ["limits.requestsPerMinute", [10, 1_000_000], [9, 1_000_001]],
  ["limits.maxUsers", [1, 10_000_000], [0, 10_000_001]],
  ["limits.bodyMiB", [1, 1024], [0, 1025]],
  [
    "operators.sshFrom",
    [[], ["203.0.113.0/24"], ["203.0.113.7/32"], ["2001:db8::/64"]],
    [
      ["203.0.113.0/23"],
      ["203.0.113.0/33"],
      ["2001:db8::/63"],
      ["2001:db8::/129"],
      ["0.0.0.0/0"],
      "203.0.113.7/32",
    ],
  ],
  ["operators.email", [[], ["ann@example.com"]], [["ann"], "ann@example.com"]],
  [
    "operators.sms",
    [["+1234567"], ["+123456789012345"]],
    [["+123456"], ["+1234567890123456"], ["0034600000000"]],
  ],
  [
    "operators.principals",
    [
      [],
      ["arn:aws:iam::123456789012:user/ann"],
      [
        "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_OnCall_0123456789abcdef",
      ],
    ],
    [
      ["*"],
      ["123456789012"],
      ["arn:aws:iam::123456789012:root"],
      ["arn:aws:iam::123456789012:role/*"],
      ["arn:aws:sts::123456789012:assumed-role/on-call/ann"],
      "arn:aws:iam::123456789012:user/ann",
    ],
  ],
  ["network.cidr", ["10.20.0.0/16"], ["10.20.0.0/17", "10.20.1.0/16", "300.20.0.0/16", "10.20.0.0"]],
  [
    "network.zones",
    [
      ["a", "b"],
      ["a", "b", "c"],
    ],
    [["a"], ["a", "b", "c", "d"], ["a", "a"], ["g", "a"]],
  ],
  ["app.name", ["x", text(80)], ["", text(81), "two\nlines"]],
  ["app.timeout", ["1s", "1h", "60m"], ["500ms", "1500ms", "3601s", "0s"]],
  ["app.drain", ["1s", "1h"], ["999ms", "61m"]],
  ["app.sessionExpireHours", [1, 720], [0, 721]],
  ["app.allowedOrigins", [[], ["https://app.example.com"]], [["app"], "https://app.example.com"]],
  ["app.migrate", [[], ["alembic", "upgrade", "head"]], [["two\nlines"], "alembic"]],
  [
    "app.dependencies.supplier.url",
    ["https://prices.example.com/v1"],
    [
      "http://prices.example.com",
      "https://prices.example.com:8443",
      "https://a@prices.example.com",
      "prices",
    ],
  ],
  ["app.dependencies.supplier.timeout", ["50ms", "10s"], ["49ms", "10001ms"]],
  [
    "app.environment",
    [{}, { FEATURE_X: "on" }],
    [{ feature: "on" }, { SECRET_KEY: "x" }, { A: "two\nlines" }, { API_KEY: "abc" }],
  ],
  [
    "app.buckets",
    [[], ["uploads", "a", "exports-2026"], [text(20)]],
    [["Uploads"], ["2nd"], [text(21)], ["a", "a"], "uploads"],
  ],
  [
    "app.permissions.0.actions",
    [["sqs:SendMessage"], ["bedrock:InvokeModel", "dynamodb:GetItem"]],
    [[], ["*"], ["sqs:*"], ["s3:Get*"], ["iam:PassRole"], ["sts:AssumeRole"], ["sqs"], "sqs:SendMessage"],
  ],
  [
    "app.permissions.0.resources",
    [["arn:aws:sqs:us-east-1:123456789012:jobs"], ["arn:aws:s3:::shared-bucket/*"]],
    [[], ["arn:aws:sqs:us-east-1:123456789012:*"], ["arn:aws:s3:::*"], ["jobs"]],
  ],
  ["app.notSecret", [[]], [["a"], ["SECRET_KEY"], ["MISSING"], "A"]],
  [
    "app.secrets",
    [{}, { KEY: "x" }, { KEY: { from: SECRET } }, { KEY: { from: SECRET, key: "a b", kmsKey: KEY } }],
    [
      { key: "x" },
      { SECRET_KEY: "x" },
      { A: "two\nlines" },
      { A: "" },
      { A: { from: "mail" } },
      { A: { from: SECRET, kmsKey: "k" } },
    ],
  ],
  ["stickiness", ["none", "1s", "7d"], ["0s", "500ms", "8d", "always"]],
  ["maintenance", [true, false], ["true", 1]],
  ["budget.monthlyUsd", [1, 1_000_000], [0, 1_000_001]],
  ["rehearsal.command", [["node", "app/main.ts"]], [[], "node app/main.ts"]],
  ["plan.steps.0.weight", [1, 99], [0, 101, 50.5]],
  ["plan.steps.0.bake", ...DURATION],
  ["plan.steps.0.deadline", ...DURATION],
  ["plan.gates.errorRate.max", [0, 1], [-0.01, 1.01]],
  ["plan.gates.latency.p95", ...DURATION],
  ["plan.gates.burnRate.objective", [90.1, 99.999], [90, 100]],
  ["plan.gates.alarms", [true, false], ["off"]],
  [
    "plan.gates.counters.quotes.bad",
    ["A", `A${text(99)}`, "Quotes.Failed-1_a"],
    ["", `A${text(100)}`, "1A", "a b"],
  ],
  ["plan.gates.counters.quotes.total", ["A", `A${text(99)}`], ["", `A${text(100)}`, "1A"]],
  ["plan.gates.counters.quotes.max", [0, 1], [-0.01, 1.01]],
  ["plan.gates.counters.quotes.min", [0, 1_000_000_000], [-1, 1_000_000_001]],
  ["plan.gates.minRequests", [1, 1_000_000_000], [0, 1_000_000_001]],
  ["plan.gates.falseAlarm", [0.0001, 0.49], [0, 0.5]],
  ["plan.gates.miss", [0.0001, 0.49], [0, 0.5]],
  ["plan.gates.smallest", [1.01, 999], [1, 1000]],
  [
    "plan.freeze",
    [[], ["Fri 16:00 - Mon 08:00 Europe/Madrid"], ["Fri 00:00 - Fri 23:59 UTC"]],
    [
      ["Fri 24:00 - Mon 08:00 UTC"],
      ["Fri 16:60 - Mon 08:00 UTC"],
      ["Fri 16:00 - Mon 08:00 Mars"],
      ["Fri 16:00 - Fri 16:00 UTC"],
    ],
  ],
  ["plan.limits.attempts", [1, 20], [0, 21]],
  ["plan.limits.retry", ...DURATION],
  ["plan.limits.verify", ...DURATION],
  ["plan.limits.read", ...DURATION],
  ["plan.limits.capacity", ...DURATION],
  ["plan.limits.noData", ["5m", "300s"], ["299s", "4m"]],
  ["plan.limits.patience", ...DURATION],
  ["plan.limits.keep", ...DURATION],
  ["smoke.0.name", ["x"], ["", "two\nlines"]],
  ["smoke.0.method", ["GET", "DELETE"], ["get", "OPTIONS"]],
  ["smoke.0.path", ["/", "/a?b=c"], ["", "a", "//a", "/a b"]],
  ["smoke.0.body", [{}, []], ["text", 1]],
  ["smoke.0.expect.status", [100, 599, [200, 204]], [99, 600, []]],
  ["smoke.0.expect.contains", ["x"], ["", "two\nlines"]],
  ["smoke.0.expect.json", [{}, { "a.b": null }], [{ "a..b": 1 }, { a: [] }, []]],
  ["smoke.0.expect.headers", [{}, { "x-a": "b" }], [{ "x a": "b" }, { a: "" }]],
  ["smoke.0.within", ...DURATION],
  ["smoke.0.times", [1, 20], [0, 21]],
  ["smoke.0.optional", [true, false], ["no"]],
  ["pipeline.repository", ["", "example/shop"], ["shop", "example/shop/x", "-a/b"]],
  ["pipeline.ids.owner", [1, Number.MAX_SAFE_INTEGER], [0, 1.5, "123456"]],
  ["pipeline.ids.repository", [1, Number.MAX_SAFE_INTEGER], [0, 1.5, "456789"]],
  ["pipeline.provider", [ARN], [ARN.replace("123456789012", "1"), "token.actions.githubusercontent.com"]],
  ["pipeline.stateBucket", ["abc", text(63)], ["ab", text(64), "Abc", "s3://abc"]],
  ["pipeline.secretsKey", [KEY], ["alias/pulumi", KEY.replace("123456789012", "1")]],
  ["waivers.0.policy", ["database-logs"], ["database-fast", ""]],
  ["waivers.0.resource", ["prod-database"], ["", "two words"]],
  ["waivers.0.reason", [text(10)], [text(9), " ".repeat(10)]],
  ["waivers.0.until", ["2026-12-31", "2028-02-29"], ["2026-02-29", "2026-13-01", "31.12.2026"]],
];

/** A config that holds all of them, with nothing wrong. */
export const WHOLE = {
  tier: "prod",
  domain: "app.example.com",
  tracks: {
    blue: { weight: 90, servers: 2 },
    green: { weight: 10, servers: 2 },
  },
  stable: "blue",
  database: { maxStorageGiB: 65_536 },
  app: {
    permissions: [{ actions: ["sqs:SendMessage"], resources: ["arn:aws:sqs:us-east-1:123456789012:jobs"] }],
    dependencies: { supplier: { url: "https://prices.example.com/v1" } },
  },
  plan: {
    steps: [
      { weight: 10, bake: "30m" },
      { weight: 100, bake: "1h" },
    ],
    gates: { counters: { quotes: { bad: "QuotesFailed", total: "QuotesAsked" } } },
  },
  smoke: [{ path: "/health" }],
  waivers: [
    {
      policy: "database-logs",
      resource: "prod-database",
      reason: "until the move is done",
      until: "2026-12-31",
    },
  ],
  pipeline: { repository: "example/shop" },
};
