import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { applyTraffic, grow, retire, settle } from "../../rollout/platforms/rehearsal/balancer/apply.ts";
import { counters, workerPid } from "../../rollout/platforms/rehearsal/balancer/stats.ts";
import { readMaintenance, readSplit, setSplit } from "../../rollout/platforms/rehearsal/balancer/traffic.ts";
import { TOKEN, type Wanted } from "../rollout/rehearsal/balancer-graph.ts";
import { DOMAIN, modelOf, World } from "./balancer-world.ts";

let world: World;
const start = async (wanted: Wanted, counts: Record<string, number> = { blue: 1, green: 1 }) => {
  world = await World.start(wanted, counts);
};
afterEach(() => world.end());

/** Above the number of requests that a test sends. */
const NO_LIMIT = { "beta-waf": rateRule(1_000_000) };

describe("the split", () => {
  test("is exact in every hundred requests, and each server of a track has its turn", async () => {
    await start(
      { weights: { blue: 70, green: 25, red: 5 }, change: NO_LIMIT },
      { blue: 2, green: 1, red: 1 },
    );
    // The counter starts at 1, so the first hundred is one short.
    await world.tally(99);
    const before = await counters(world.layout.socket);
    for (let hundred = 0; hundred < 3; hundred += 1)
      expect(await world.tally(100)).toEqual({ blue: 70, green: 25, red: 5 });
    const { tracks } = await counters(world.layout.socket);
    expect(tracks.blue?.requests).toBe((before.tracks.blue?.requests ?? 0) + 210);
    const [one, two] = tracks.blue?.servers ?? [];
    expect(Math.abs(one!.requests - two!.requests)).toBeLessThanOrEqual(1);
  });

  test("doesn't fall in step with a workload that repeats every ten requests", async () => {
    await start({ weights: { blue: 90, green: 10 }, change: NO_LIMIT });
    const first: string[] = [];
    for (let turn = 0; turn < 2_000; turn += 1) {
      const { track } = await world.get();
      if (turn % 10 === 0) first.push(track!);
    }
    const green = first.filter((track) => track === "green").length;
    expect(green).toBeGreaterThan(6);
    expect(green).toBeLessThan(36);
  });

  test("moves at once and reads back, without a new process", async () => {
    await start({ weights: { blue: 100, green: 0 } });
    const pid = await workerPid(world.layout.socket);
    expect(await world.tally(50)).toEqual({ blue: 50 });
    await setSplit(world.layout, { weights: { green: 100 }, stickinessSeconds: null });
    expect(await world.tally(50)).toEqual({ green: 50 });
    expect(await readSplit(world.layout)).toEqual({ weights: { green: 100 }, stickinessSeconds: null });
    expect(await workerPid(world.layout.socket)).toBe(pid);
  });

  test("loses nothing in fifty shifts under load", async () => {
    await start({ weights: { blue: 90, green: 10 }, change: NO_LIMIT });
    const load = constantLoad();
    for (let shift = 0; shift < 50; shift += 1) {
      const green = [10, 25, 50, 100, 50, 25][shift % 6]!;
      const weights: Record<string, number> = green === 100 ? { green } : { blue: 100 - green, green };
      await setSplit(world.layout, { weights, stickinessSeconds: null });
      expect((await readSplit(world.layout)).weights).toEqual(weights);
      await sleep(40);
    }
    const { sent, lost } = await load.stop();
    expect(lost).toEqual([]);
    expect(sent).toBeGreaterThan(300);
  });
});

describe("a track whose servers are all down", () => {
  test("answers 503 for its share, and the other track's share is untouched", async () => {
    await start({ weights: { blue: 80, green: 20 }, change: NO_LIMIT });
    world.servers.sicken("green-1");
    await world.untilServer("green-1", "DOWN");
    await world.get();
    const tally = await world.tally(400);
    // Each hundred holds the split; four that don't start at one are off by a few.
    expect(tally.blue).toBeGreaterThan(315);
    expect(tally.blue).toBeLessThan(325);
    expect(tally).toEqual({ blue: tally.blue, 503: 400 - tally.blue! });
    world.servers.heal("green-1");
    await world.untilServer("green-1", "UP");
    expect(Object.keys(await world.tally(100)).sort()).toEqual(["blue", "green"]);
  });

  test("answers 502 while a dead server isn't known to be dead yet, at once and without a retry", async () => {
    await start({
      weights: { blue: 0, green: 100 },
      change: { "beta-green": { healthCheck: { path: "/health", interval: 60 } } },
    });
    world.servers.kill("green-1");
    const begun = Date.now();
    expect((await world.get()).status).toBe(502);
    expect(Date.now() - begun).toBeLessThan(500);
  });

  test("answers 503 when it never had a server", async () => {
    await start({ weights: { blue: 50, green: 50 } }, { blue: 1 });
    const tally = await world.tally(100);
    expect(tally.blue! + tally[503]!).toBe(100);
    expect(tally.blue).toBeGreaterThan(45);
    expect(tally.blue).toBeLessThan(55);
  });
});

describe("stickiness", () => {
  test("keeps a client with its track while the weights move, and lets go when the track is left out", async () => {
    await start({ weights: { blue: 50, green: 50 }, stickinessSeconds: 3_600, change: NO_LIMIT });
    const first = await world.get();
    expect(first.headers["set-cookie"]).toEqual([`AWSALBTG=${first.track}; Max-Age=3600; Path=/`]);
    const cookie = { cookie: "theme=dark; AWSALBTG=blue" };
    expect(await world.tally(40, cookie)).toEqual({ blue: 40 });

    await applyTraffic(world.layout, modelOf({ weights: { blue: 1, green: 99 }, stickinessSeconds: 3_600 }));
    expect(await world.tally(40, cookie)).toEqual({ blue: 40 });

    await applyTraffic(world.layout, modelOf({ weights: { blue: 0, green: 100 }, stickinessSeconds: 3_600 }));
    expect(await world.tally(40, cookie)).toEqual({ green: 40 });
    expect((await world.get("/", cookie)).headers["set-cookie"]?.[0]).toMatch(/^AWSALBTG=green;/);
  });

  test("gives a client 503 while its track is in the action without a healthy server, as on AWS", async () => {
    await start({ weights: { blue: 50, green: 50 }, stickinessSeconds: 60 });
    world.servers.sicken("blue-1");
    await world.untilServer("blue-1", "DOWN");
    expect(await world.tally(20, { cookie: "AWSALBTG=blue" })).toEqual({ 503: 20 });
    expect(await world.tally(20, { cookie: "AWSALBTG=green" })).toEqual({ green: 20 });
  });

  test("off, it sets no cookie and obeys none", async () => {
    await start({ weights: { blue: 0, green: 100 } });
    const answer = await world.get("/", { cookie: "AWSALBTG=blue" });
    expect(answer.track).toBe("green");
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });
});

describe("testers", () => {
  test("get their track by header or cookie, also at weight 0, and count for nothing in the split", async () => {
    await start({ weights: { blue: 100, green: 0 }, stickinessSeconds: 60 });
    const testers: Record<string, string>[] = [
      { "x-rollout-track": "green" },
      { "x-rollout-track": "GREEN" },
      { cookie: "rollout-track=green" },
      { cookie: "theme=dark; rollout-track=green; AWSALBTG=blue" },
    ];
    for (const headers of testers) {
      const { track, headers: answered } = await world.get("/", headers);
      expect(track).toBe("green");
      expect(answered["set-cookie"]).toBeUndefined();
    }
    const others: Record<string, string>[] = [
      { "x-rollout-track": "greenish" },
      { cookie: "rollout-track=greenish" },
    ];
    for (const headers of others) expect((await world.get("/", headers)).track).toBe("blue");
    await applyTraffic(world.layout, modelOf({ weights: { blue: 50, green: 50 } }));
    const tally: Record<string, number> = { blue: 0, green: 0 };
    for (let turn = 0; turn < 100; turn += 1) {
      await world.get("/", { "x-rollout-track": "green" });
      tally[(await world.get()).track!]! += 1;
    }
    expect(tally.blue).toBeGreaterThan(45);
    expect(tally.blue).toBeLessThan(55);
  });
});

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

describe("a server", () => {
  test("sees who asked, and how", async () => {
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

  test("comes in after its first good health check and leaves when its requests are answered", async () => {
    await start({ weights: { blue: 100, green: 0 }, change: NO_LIMIT });
    const pid = await workerPid(world.layout.socket);
    const model = modelOf({ weights: { blue: 100, green: 0 }, change: NO_LIMIT });
    const added = await world.servers.start("blue-2");
    const servers = { ...world.setup.servers, blue: [...world.setup.servers.blue!, added] };
    await grow(world.layout, model, { ...world.setup, servers });
    expect((await world.statsOf("blue-2"))?.status).toBe("UP");
    expect(await answering(world, 20)).toEqual(["blue-1", "blue-2"]);

    const slow = Array.from({ length: 6 }, () => world.get("/?ms=1500"));
    await sleep(300);
    const retired = retire(world.layout, "blue", "blue-1");
    await sleep(200);
    expect(await answering(world, 20)).toEqual(["blue-2"]);
    expect(await retired).toBe(0);
    const answers = await Promise.all(slow);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(answers.some(({ server }) => server === "blue-1")).toBe(true);
    expect(await world.statsOf("blue-1")).toBeUndefined();
    expect(await workerPid(world.layout.socket)).toBe(pid);
  });

  test("that isn't done at the end of its draining time gets nothing new, and is forgotten when it has stopped", async () => {
    const wanted = { weights: { blue: 100, green: 0 }, change: { "beta-blue": { deregistrationDelay: 1 } } };
    await start(wanted, { blue: 2, green: 1 });
    const slow = await Promise.all([1, 2].map(async () => ({ answer: world.get("/?ms=8000") })));
    await sleep(200);
    expect(await retire(world.layout, "blue", "blue-1")).toBe(1);
    expect(await answering(world, 20)).toEqual(["blue-2"]);
    world.servers.kill("blue-1");
    world.servers.kill("blue-2");
    const statuses = await Promise.all(slow.map(({ answer }) => answer.then(({ status }) => status)));
    expect(statuses).toEqual([502, 502]);
    const servers = { ...world.setup.servers, blue: [world.setup.servers.blue![1]!] };
    await grow(world.layout, modelOf(wanted), { ...world.setup, servers });
    expect(await world.statsOf("blue-1")).toBeUndefined();
  });

  test("that never gets healthy isn't taken in", async () => {
    await start({ weights: { blue: 100, green: 0 } });
    world.servers.sicken("blue-2");
    const added = await world.servers.start("blue-2");
    const servers = { ...world.setup.servers, blue: [...world.setup.servers.blue!, added] };
    const model = modelOf({ weights: { blue: 100, green: 0 } });
    await expect(grow(world.layout, model, { ...world.setup, servers })).rejects.toThrow(
      /^blue-2 \(127\.0\.0\.1:\d+\) got no good health check in 4 s: L7STS$/,
    );
    expect(await world.statsOf("blue-2")).toBeUndefined();
    expect(await world.tally(10)).toEqual({ blue: 10 });
  });
});

describe("a track", () => {
  test("comes and goes by reloads that lose nothing, in a process with the same id", async () => {
    await start({ weights: { blue: 90, green: 10 }, change: NO_LIMIT });
    world.servers.sicken("green-1");
    await world.untilServer("green-1", "DOWN");
    const { pid } = world;
    const worker = await workerPid(world.layout.socket);
    const load = constantLoad();

    const wanted: Wanted = { weights: { blue: 50, red: 50 }, change: NO_LIMIT };
    const red = await world.servers.start("red-1");
    const both = { ...world.setup.servers, red: [red] };
    await grow(world.layout, modelOf(wanted), { ...world.setup, servers: both });
    expect(await workerPid(world.layout.socket)).not.toBe(worker);
    // What is down stays down through the reload, and the split is as before.
    expect((await world.statsOf("green-1"))?.status).toBe("DOWN");
    expect((await readSplit(world.layout)).weights).toEqual({ blue: 90, green: 10 });

    await applyTraffic(world.layout, modelOf(wanted));
    expect(Object.keys(await world.tally(100)).sort()).toEqual(["blue", "red"]);
    await retire(world.layout, "green", "green-1");
    const left = { blue: world.setup.servers.blue!, red: [red] };
    await settle(world.layout, modelOf(wanted), { ...world.setup, servers: left });
    expect(Object.keys((await counters(world.layout.socket)).tracks)).toEqual(["blue", "red"]);

    await sleep(300);
    const { sent, lost } = await load.stop();
    // green's share, 503 till the traffic moved, is what was asked for.
    expect(lost.filter((each) => each !== "503")).toEqual([]);
    expect(sent).toBeGreaterThan(100);
    expect(world.pid).toBe(pid);
  });
});

test("a config that HAProxy refuses leaves the balancer as it was", async () => {
  await start({});
  const worker = await workerPid(world.layout.socket);
  const setup = { ...world.setup, certificateFile: "/nowhere.pem" };
  await expect(settle(world.layout, modelOf({}), setup)).rejects.toThrow(
    /HAProxy refuses .*\n.*nowhere\.pem/s,
  );
  expect((await world.get()).status).toBe(200);
  expect(await workerPid(world.layout.socket)).toBe(worker);
  // The refused one isn't taken for the one that runs.
  await settle(world.layout, modelOf({}), world.setup);
  expect((await world.get()).status).toBe(200);
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

async function answering(from: World, count: number): Promise<string[]> {
  const names = new Set<string>();
  for (let turn = 0; turn < count; turn += 1) names.add((await from.get()).server ?? "nobody");
  return [...names].sort();
}

/** About 200 requests a second on connections that are kept, every fifth a POST, until it is stopped. */
function constantLoad(): { stop(): Promise<{ sent: number; lost: string[] }> } {
  const pending: Promise<void>[] = [];
  const lost: string[] = [];
  const timer = setInterval(() => {
    const asked = world.get("/", {}, pending.length % 5 === 0 ? "POST" : "GET");
    pending.push(
      asked.then(
        ({ status }) => {
          if (status !== 200) lost.push(String(status));
        },
        (error: Error) => {
          lost.push(error.message);
        },
      ),
    );
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
      return { sent: pending.length, lost };
    },
  };
}

function rateRule(limit: number) {
  return {
    rules: [
      {
        name: "rate",
        priority: 1,
        statement: { rateBasedStatement: { aggregateKeyType: "IP", evaluationWindowSec: 300, limit } },
        action: {
          block: {
            customResponse: { responseCode: 429, responseHeaders: [{ name: "Retry-After", value: "300" }] },
          },
        },
      },
    ],
  };
}
