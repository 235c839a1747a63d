import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { applyTraffic } from "../../rollout/platforms/rehearsal/balancer/apply.ts";
import { counters, workerPid } from "../../rollout/platforms/rehearsal/balancer/stats.ts";
import { readSplit, setSplit } from "../../rollout/platforms/rehearsal/balancer/traffic.ts";
import type { Wanted } from "../rollout/rehearsal/balancer-graph.ts";
import { constantLoad, NO_LIMIT } from "./balancer-load.ts";
import { modelOf, World } from "./balancer-world.ts";

let world: World;
const start = async (wanted: Wanted, counts: Record<string, number> = { blue: 1, green: 1 }) => {
  world = await World.start(wanted, counts);
};
afterEach(() => world.end());

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
    const load = constantLoad(world);
    for (let shift = 0; shift < 50; shift += 1) {
      const green = [10, 25, 50, 100, 50, 25][shift % 6]!;
      const weights: Record<string, number> = green === 100 ? { green } : { blue: 100 - green, green };
      await setSplit(world.layout, { weights, stickinessSeconds: null });
      expect((await readSplit(world.layout)).weights).toEqual(weights);
      await sleep(40);
    }
    const { sent, lost } = await load.stop();
    expect(lost).toEqual([]);
    expect(sent).toBeGreaterThan(50);
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
