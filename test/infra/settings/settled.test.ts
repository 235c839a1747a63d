import { expect, test } from "vitest";
import { parseSettings } from "../../../infra/settings/parse.ts";

const MINIMAL = {
  domain: "beta.example.com",
  tracks: { green: { weight: 0 }, blue: { weight: 100 } },
  stable: "blue",
};

test("the defaults are the stricter figures of the plans", () => {
  const settings = parseSettings("x", "eu-west-1", MINIMAL);
  expect(settings).toMatchObject({
    tier: "prod",
    server: { instanceType: "t3.medium", diskGiB: 40 },
    database: { backupEveryHours: 6, backupRetentionDays: 30, multiAz: true, version: 16 },
    limits: { requestsPerMinute: 150, maxUsers: 50 },
    app: { sessionExpireHours: 8 },
    operators: { sshFrom: [] },
    stickiness: "30m",
    maintenance: false,
  });
  expect(settings.plan.steps.map(({ weight }) => weight)).toEqual([10, 25, 50, 100]);
});

test("a plan knows of sessions where there are some", () => {
  const at = (more: object) => parseSettings("x", "eu-west-1", { ...MINIMAL, ...more }).plan.sessions;
  expect(at({})).toEqual({ idle: "30m" });
  expect(at({ stickiness: "2h", plan: { sessions: { drain: "15m" } } })).toEqual({
    drain: "15m",
    idle: "2h",
  });
  expect(at({ stickiness: "none" })).toBeUndefined();
  expect(at({ stickiness: "none", plan: { sessions: { drain: "0s" } } })).toBeUndefined();
});

test.each([
  [
    { plan: { sessions: { drain: "1s" } } },
    "rollout:plan.sessions.drain: must be 0s: there are no sessions, stickiness is none",
  ],
  [{ draining: "green" }, "rollout:draining: must go: there are no sessions, stickiness is none"],
])("nothing drains where there are no sessions: %j", (more, mistake) => {
  const read = () => parseSettings("x", "eu-west-1", { ...MINIMAL, stickiness: "none", ...more });
  expect(read).toThrow(mistake);
});

test("tracks are sorted by name, and the sample app is built where no image is named", () => {
  const { tracks } = parseSettings("x", "eu-west-1", MINIMAL);
  expect(tracks).toEqual([
    { name: "blue", source: { build: "app" }, weight: 100, servers: 2, maxServers: 4 },
    { name: "green", source: { build: "app" }, weight: 0, servers: 2, maxServers: 4 },
  ]);
});

test("a change of weight changes nothing else in the settings", () => {
  const at = (blue: number) =>
    parseSettings("x", "eu-west-1", {
      ...MINIMAL,
      tracks: { blue: { weight: blue }, green: { weight: 100 - blue } },
    });
  const withoutWeights = (settings: ReturnType<typeof at>) => ({
    ...settings,
    tracks: settings.tracks.map(({ weight: _, ...track }) => track),
  });
  expect(withoutWeights(at(100))).toEqual(withoutWeights(at(0)));
});

test.each([
  ["beta.example.com", undefined, "example.com"],
  ["example.com", undefined, "example.com"],
  ["a.b.example.co.uk", undefined, "b.example.co.uk"],
  ["a.b.example.com", "example.com", "example.com"],
])("the zone of %s (config: %s) is %s", (domain, zone, expected) => {
  expect(parseSettings("x", "eu-west-1", { ...MINIMAL, domain, zone }).zone).toBe(expected);
});
