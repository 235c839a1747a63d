import { describe, expect, test } from "vitest";
import { ConfigError, parseSettings } from "../../../infra/settings/parse.ts";
import { timeoutsOf } from "../../../infra/settings/timeouts.ts";
import { withValue } from "./with-value.ts";

// What a config may say: the least and the most are taken, and one beyond each is refused.

const VALID = { tier: "beta", domain: "app.example.com", tracks: { blue: { weight: 100 } }, stable: "blue" };

function settings(path: string, value: unknown) {
  return parseSettings("beta", "us-east-1", withValue(VALID, path, value));
}

function refused(path: string, value: unknown): string[] {
  try {
    settings(path, value);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.mistakes.map(({ path }) => path);
  }
}

test.each<[string, least: number, most: number]>([
  ["app.sessionExpireHours", 1, 720],
  ["database.backupRetentionDays", 7, 3650],
  ["plan.limits.attempts", 1, 20],
  ["plan.gates.minRequests", 1, 1_000_000_000],
  ["server.diskGiB", 20, 1000],
  ["tracks.blue.servers", 1, 20],
  ["tracks.blue.maxServers", 1, 100],
  ["limits.requestsPerMinute", 10, 1_000_000],
  ["limits.maxUsers", 1, 10_000_000],
  ["limits.bodyMiB", 1, 1024],
])("%s is from %s to %s", (path, least, most) => {
  expect([least, most].flatMap((value) => refused(path, value))).toEqual([]);
  for (const value of [least - 1, most + 1, least + 0.5])
    expect([value, refused(path, value).length]).toEqual([value, 1]);
});

test.each<[string, within: unknown[], beyond: unknown[]]>([
  ["app.timeout", ["1s", "1h"], ["999ms", "1500ms", "3601s"]],
  ["app.drain", ["1s", "1h"], ["0s", "61m"]],
  ["plan.limits.noData", ["5m"], ["299s"]],
  ["server.cpus", [0.25, 64], [0.24, 65]],
  // Of a t3.medium's 4096 MiB the system needs 512.
  ["server.memoryMiB", [128, 3584], [127, 3585]],
  ["database.version", [15, 16, 17], [14, 15.5]],
  ["database.backupEveryHours", [2, 3, 4, 6, 8, 12, 24], [1, 5, 48]],
  ["plan.gates.falseAlarm", [0.001, 0.499], [0, 0.5]],
  ["plan.gates.miss", [0.001, 0.499], [0, 0.5]],
  ["plan.gates.smallest", [1.01, 999], [1, 1000]],
  ["plan.gates.errorRate.max", [0, 1], [-0.1, 1.1]],
  ["plan.gates.burnRate.objective", [90.1, 99.99], [90, 100]],
  [
    "app.dependencies.a.url",
    ["https://a.example.com"],
    ["http://a.example.com", "https://a.example.com:444"],
  ],
])("%s may be %j and not %j", (path, within, beyond) => {
  expect(within.flatMap((value) => refused(path, value))).toEqual([]);
  expect(beyond.filter((value) => refused(path, value).length === 0)).toEqual([]);
});

test.each<[timeout: string, taken: boolean]>([
  ["50ms", true],
  ["49ms", false],
  ["10s", true],
  ["10001ms", false],
])("a dependency may take %s: %s", (timeout, taken) => {
  const dependency = { url: "https://a.example.com", timeout };
  expect(refused("app.dependencies.a", dependency).length === 0).toBe(taken);
});

test.each<[storageGiB: number, maxStorageGiB: number, wrong: string[]]>([
  [20, 22, []],
  [20, 21, ["database.maxStorageGiB"]],
  [19, 100, ["database.storageGiB"]],
  [16_384, 65_536, []],
  [16_385, 65_536, ["database.storageGiB"]],
  [16_384, 65_537, ["database.maxStorageGiB"]],
])("storage of %s GiB that may grow to %s", (storageGiB, maxStorageGiB, wrong) => {
  expect(refused("database", { storageGiB, maxStorageGiB })).toEqual(wrong);
});

// What nobody sets. Who changes one of these changes every stack that doesn't say otherwise.
test("without a word", () => {
  expect(parseSettings("beta", "us-east-1", VALID)).toMatchObject({
    tier: "beta",
    server: { instanceType: "t3.medium", release: "current", diskGiB: 40, cpus: 1.5, memoryMiB: 2560 },
    limits: { requestsPerMinute: 150, maxUsers: 50, bodyMiB: 10 },
    app: { timeout: "60s", drain: "60s", sessionExpireHours: 8 },
    database: {
      storageGiB: 20,
      maxStorageGiB: 100,
      version: 16,
      backupEveryHours: 6,
      backupRetentionDays: 30,
      multiAz: false,
    },
    tracks: [{ name: "blue", servers: 1, maxServers: 1 }],
    plan: {
      steps: [
        { weight: 10, bake: "30m" },
        { weight: 25, bake: "1h" },
        { weight: 50, bake: "2h" },
        { weight: 100, bake: "24h" },
      ],
      gates: {
        errorRate: { max: 0.01 },
        latency: { p95: "500ms" },
        minRequests: 200,
        falseAlarm: 0.01,
        miss: 0.05,
        smallest: 2,
      },
      limits: { attempts: 3, capacity: "15m" },
    },
  });
});

test("without a word in prod there are two servers, that may become four, and a standby", () => {
  expect(parseSettings("prod", "us-east-1", { ...VALID, tier: "prod" })).toMatchObject({
    tracks: [{ servers: 2, maxServers: 4 }],
    database: { multiAz: true },
  });
});

describe("how long a silent connection is borne", () => {
  test("by nginx with the app shortest, by nginx with the balancer longest", () => {
    expect(timeoutsOf("60s")).toEqual({ app: 60, balancer: 65, kept: 80 });
    expect(timeoutsOf("1h")).toEqual({ app: 3600, balancer: 3605, kept: 3620 });
  });
});
