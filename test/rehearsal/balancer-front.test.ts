import { request } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { applyTraffic } from "../../rollout/platforms/rehearsal/balancer/apply.ts";
import { workerPid } from "../../rollout/platforms/rehearsal/balancer/stats.ts";
import { readMaintenance } from "../../rollout/platforms/rehearsal/balancer/traffic.ts";
import { ref, resource, TOKEN, type Wanted } from "../rollout/rehearsal/balancer-graph.ts";
import { rateRule } from "./balancer-load.ts";
import { DOMAIN, modelOf, World } from "./balancer-world.ts";

let world: World;
const start = async (wanted: Wanted, counts: Record<string, number> = { blue: 1, green: 1 }) => {
  world = await World.start(wanted, counts);
};
afterEach(() => world.end());

describe("the firewall", () => {
  test("shows everybody the page with Retry-After during maintenance, but operators pass", async () => {
    await start({});
    const pid = await workerPid(world.layout.socket);
    await applyTraffic(world.layout, modelOf({ maintenance: true }));
    expect(await readMaintenance(world.layout)).toBe(true);
    const outsiders: Record<string, string>[] = [
      {},
      { "x-rollout-operator": "guess" },
      { "x-rollout-track": "green" },
    ];
    for (const headers of outsiders) {
      const closed = await world.get("/", headers);
      expect(closed).toMatchObject({ status: 503, server: undefined });
      expect(closed.headers).toMatchObject({ "retry-after": "300", "content-type": "text/html" });
      expect(closed.body).toBe('<!doctype html> <title>Closed</title> <h1>Back at 100 % "soon" & sûr</h1> ');
    }
    const operator = await world.get("/", { "x-rollout-operator": TOKEN });
    expect(operator.status).toBe(200);
    expect(operator.headers["retry-after"]).toBeUndefined();

    await applyTraffic(world.layout, modelOf({ maintenance: false }));
    expect((await world.get()).status).toBe(200);
    expect(await workerPid(world.layout.socket)).toBe(pid);
  });

  test("limits each address, not all of them together", async () => {
    await start({ change: { "beta-waf": rateRule(20) } });
    expect(await world.tally(25, { "x-forwarded-for": "203.0.113.7" })).toMatchObject({ 429: 5 });
    const limited = await world.get("/", { "x-forwarded-for": "203.0.113.7" });
    expect(limited.headers["retry-after"]).toBe("300");
    expect((await world.get("/", { "x-forwarded-for": "2001:db8::7" })).status).toBe(200);
    expect((await world.get()).status).toBe(200);
  });
});

test("a name that redirects sends its visitors to the stack's, with path and query; a tester too", async () => {
  const rule = resource("aws:lb/listenerRule:ListenerRule", "beta-www", {
    listenerArn: ref("aws:lb/listener:Listener", "beta-https"),
    priority: 5,
    conditions: [{ hostHeader: { values: ["www.example.com"] } }],
    actions: [
      {
        type: "redirect",
        redirect: { host: DOMAIN, port: "443", protocol: "HTTPS", statusCode: "HTTP_301" },
      },
    ],
  });
  await start({ extra: [rule] });
  for (const host of ["www.example.com", `WWW.example.com:${world.setup.httpsPort}`]) {
    const sent = await world.get("/a/b?c=d&e", { host, "x-rollout-track": "green" });
    expect([sent.status, sent.headers.location]).toEqual([
      301,
      `https://${DOMAIN}:${world.setup.httpsPort}/a/b?c=d&e`,
    ]);
  }
  expect((await world.get("/", { host: "xwww.example.com" })).status).toBe(200);
});

test("a server sees who asked, and how", async () => {
  await start({});
  const stated = await world.get("/", { "x-forwarded-for": "203.0.113.7" });
  expect(JSON.parse(stated.body)).toMatchObject({
    host: DOMAIN,
    "x-forwarded-for": "203.0.113.7, 127.0.0.1",
    "x-forwarded-proto": "https",
    "x-forwarded-port": String(world.setup.httpsPort),
  });
  const plain = await world.get("/", { "bad.name": "dropped" });
  expect(JSON.parse(plain.body)["x-forwarded-for"]).toBe("127.0.0.1");
  expect(JSON.parse(plain.body)).not.toHaveProperty("bad.name");
});

test("the plain listener sends everybody to the HTTPS URL", async () => {
  await start({});
  const asked = request({
    port: world.setup.httpPort,
    host: "127.0.0.1",
    path: "/quotes?id=1",
    headers: { host: `${DOMAIN}:${world.setup.httpPort}` },
  });
  const answer = await new Promise<{ statusCode?: number; headers: Record<string, unknown> }>((resolve) => {
    asked.once("response", (response) => resolve(response.resume()));
    asked.end();
  });
  expect(answer.statusCode).toBe(301);
  expect(answer.headers.location).toBe(`https://${DOMAIN}:${world.setup.httpsPort}/quotes?id=1`);
});
