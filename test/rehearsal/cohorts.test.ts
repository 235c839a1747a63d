import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LedCohort } from "../../infra/settings/schema/traffic/cohorts.ts";
import { applyTraffic, grow, settle } from "../../rollout/platforms/rehearsal/balancer/apply.ts";
import { workerPid } from "../../rollout/platforms/rehearsal/balancer/stats.ts";
import { readCohorts, setReal } from "../../rollout/platforms/rehearsal/balancer/traffic.ts";
import { SESSIONS } from "../rollout/rehearsal/balancer-graph.ts";
import { DOMAIN, modelOf, World } from "./balancer-world.ts";

// Each kind of cohort at a real HAProxy, asked by curl: another TLS and HTTP client, with addresses of its own on the loopback.

const run = promisify(execFile);

const COHORTS: Record<string, LedCohort> = {
  tenants: { to: "green", header: { name: "X-Tenant", values: ["acme", "b*"] } },
  plan: { to: "green", cookie: { name: "plan", values: ["pro", "1.2"] } },
  names: { to: "green", host: ["www.example.com"] },
  parts: { to: "green", path: ["/acme/*", "/Part?"] },
  office: { to: "green", network: ["127.0.7.0/24", "2001:db8::/32"] },
  some: { to: "green", users: { percent: 20 } },
  both: { to: "green", header: { name: "x-region", values: ["north"] }, users: { percent: 60 } },
};

const WANTED = { weights: { blue: 100, green: 0 }, sessions: SESSIONS, cohorts: COHORTS };
const CLOSED = { ...WANTED, cohorts: {} };

let world: World;
beforeAll(async () => {
  world = await World.start(WANTED, { blue: 1, green: 1 });
});
afterAll(() => world.end());

/** @returns the track that answered */
async function curl(path: string, ...options: string[]): Promise<string> {
  const { httpsPort: port } = world.setup;
  const name = options.includes("--name") ? "www.example.com" : DOMAIN;
  const words = options.filter((each) => each !== "--name");
  const url = `https://${name}:${port}${path}`;
  const resolve = `${name}:${port}:127.0.0.1`;
  const { stdout } = await run("curl", [
    "-ksS",
    "-o",
    "/dev/null",
    "-D",
    "-",
    "--resolve",
    resolve,
    ...words,
    url,
  ]);
  return /^x-server: (\w+)-/im.exec(stdout)?.[1] ?? stdout;
}

/** Who is led, each by one kind. */
const LED: [string, string, ...string[]][] = [
  ["header", "/", "-H", "x-tenant: acme"],
  ["header in other letters", "/", "-H", "X-TENANT: Beta"],
  ["cookie", "/", "-b", "theme=dark; plan=pro"],
  ["cookie with a dot, over HTTP/1.1", "/", "--http1.1", "-b", "plan=1.2; theme=dark"],
  ["host", "/", "--name"],
  ["path", "/acme/cars?x=1"],
  ["path with one letter", "/Part7"],
  ["network", "/", "--interface", "127.0.7.9"],
  ["users", "/", "-b", "rollout-user=19"],
  [
    "users with an old session",
    "/",
    "-b",
    `rollout-session=${SESSIONS.tags.blue}; rollout-bucket=99.x; rollout-user=07`,
  ],
  ["two conditions", "/", "-H", "x-region: north", "-b", "rollout-user=59"],
];

/** Who isn't, though almost. */
const NOT_LED: [string, string, ...string[]][] = [
  ["nobody's", "/"],
  ["another header's value", "/", "-H", "x-tenant: acme2"],
  ["another header", "/", "-H", "x-tenants: acme"],
  ["another cookie's value", "/", "-b", "plan=prof; myplan=pro; plan=1x2"],
  ["another path", "/acme"],
  ["a path in other letters", "/part7"],
  ["another network", "/", "--interface", "127.0.8.9"],
  ["the next number", "/", "-b", "rollout-user=20"],
  ["one of two conditions", "/", "-b", "rollout-user=59"],
  ["the other of two", "/", "-H", "x-region: north", "-b", "rollout-user=60"],
];

describe("a cohort of each kind", () => {
  test.each(LED)("by %s is led to its track at weight 0", async (_kind, path, ...options) => {
    expect(await curl(path, ...options)).toBe("green");
  });

  test.each(NOT_LED)("%s goes by the weights", async (_kind, path, ...options) => {
    expect(await curl(path, ...options)).toBe("blue");
  });

  test("a tester goes where he has chosen", async () => {
    expect(await curl("/acme/cars", "-H", "x-rollout-track: blue")).toBe("blue");
  });
});

test("all are ended at once where one track gets all the traffic, without a reload and whatever the config says; then it says so", async () => {
  const pid = await workerPid(world.layout.socket);
  await setReal(world.layout, { blue: 90, green: 10 });
  expect(Object.keys(await readCohorts(world.layout))).toHaveLength(Object.keys(COHORTS).length);
  await setReal(world.layout, { blue: 100, green: 0 });
  expect(await readCohorts(world.layout)).toEqual({});
  for (const [, path, ...options] of LED) expect(await curl(path, ...options)).toBe("blue");
  expect(await workerPid(world.layout.socket)).toBe(pid);

  // As `apply` does: the rules are gone, and come back when the config leads them again.
  for (const wanted of [CLOSED, WANTED]) {
    await grow(world.layout, modelOf(wanted), world.setup);
    await applyTraffic(world.layout, modelOf(wanted));
    await settle(world.layout, modelOf(wanted), world.setup);
    const track = wanted === CLOSED ? "blue" : "green";
    for (const [, path, ...options] of LED) expect(await curl(path, ...options)).toBe(track);
  }
});
