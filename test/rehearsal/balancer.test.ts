import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { applyTraffic, retire } from "../../rollout/platforms/rehearsal/balancer/apply.ts";
import { rulesLines } from "../../rollout/platforms/rehearsal/balancer/config/maps.ts";
import { counters, workerPid } from "../../rollout/platforms/rehearsal/balancer/stats.ts";
import {
  readRules,
  readWeights,
  setReal,
  setSplit,
} from "../../rollout/platforms/rehearsal/balancer/traffic.ts";
import { SESSIONS, type Wanted } from "../rollout/rehearsal/balancer-graph.ts";
import { answering, constantLoad, NO_LIMIT } from "./balancer-load.ts";
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
    await setSplit(world.layout, { weights: { green: 100 }, rules: [] });
    expect(await world.tally(50)).toEqual({ green: 50 });
    expect(await readWeights(world.layout)).toEqual({ green: 100 });
    expect(await workerPid(world.layout.socket)).toBe(pid);
  });

  test("loses nothing in fifty shifts under load", async () => {
    await start({ weights: { blue: 90, green: 10 }, change: NO_LIMIT });
    const load = constantLoad(world);
    for (let shift = 0; shift < 50; shift += 1) {
      const green = [10, 25, 50, 100, 50, 25][shift % 6]!;
      const weights: Record<string, number> = green === 100 ? { green } : { blue: 100 - green, green };
      await setSplit(world.layout, { weights, rules: [] });
      expect(await readWeights(world.layout)).toEqual(weights);
      await sleep(40);
    }
    const { sent, lost } = await load.stop();
    expect(lost).toEqual([]);
    expect(sent).toBeGreaterThan(50);
  });
});

// ALB User Guide, "Health checks for target groups": a group that has only unhealthy targets gets its requests all the same.
describe("a track whose servers are all down", () => {
  test("sends them its share all the same, until one is healthy again", async () => {
    await start({ weights: { blue: 80, green: 20 }, change: NO_LIMIT }, { blue: 1, green: 2 });
    for (const name of ["green-1", "green-2"]) {
      world.servers.sicken(name);
      await world.untilServer(name, "DOWN");
    }
    await world.get();
    const tally = await world.tally(400);
    // Each hundred holds the split; four that don't start at one are off by a few.
    expect(tally.blue).toBeGreaterThan(315);
    expect(tally.blue).toBeLessThan(325);
    expect(tally).toEqual({ blue: tally.blue, green: 400 - tally.blue! });
    expect(await answering(world, 60)).toEqual(["blue-1", "green-1", "green-2"]);
    expect((await world.statsOf("green-1"))?.requests).toBeGreaterThan(30);
    world.servers.heal("green-1");
    await world.untilServer("green-1", "UP");
    expect(await answering(world, 60)).toEqual(["blue-1", "green-1"]);
  });

  test("sends nothing to one that leaves, and answers 503 when it was the last", async () => {
    await start({ weights: { blue: 50, green: 50 }, change: NO_LIMIT }, { blue: 1, green: 2 });
    for (const name of ["green-1", "green-2"]) {
      world.servers.sicken(name);
      await world.untilServer(name, "DOWN");
    }
    await retire(world.layout, "green", "green-1");
    expect(await answering(world, 60)).toEqual(["blue-1", "green-2"]);
    await retire(world.layout, "green", "green-2");
    expect(await world.tally(100)).toEqual({ blue: 50, 503: 50 });
  });

  test("answers 502 where nobody listens any more, and the other track's share is untouched", async () => {
    await start({ weights: { blue: 80, green: 20 }, change: NO_LIMIT });
    world.servers.kill("green-1");
    await world.untilServer("green-1", "DOWN");
    await world.get();
    const tally = await world.tally(400);
    expect(tally.blue).toBeGreaterThan(315);
    expect(tally.blue).toBeLessThan(325);
    expect(tally).toEqual({ blue: tally.blue, 502: 400 - tally.blue! });
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

describe("sessions", () => {
  const cookieOf = (track: string, bucket?: string) => ({
    cookie: [
      "theme=dark",
      `rollout-session=${SESSIONS.tags[track]}`,
      ...(bucket ? [`rollout-bucket=${bucket}`] : []),
    ].join("; "),
  });
  const numbered = (bucket: string) => ({ cookie: `rollout-bucket=${bucket}` });
  const at = (green: number) => ({ weights: { blue: 100 - green, green }, sessions: SESSIONS });

  test("keep a browser with its version while the weights move, and let go when the track is left out", async () => {
    await start({ ...at(50), change: NO_LIMIT });
    expect(await world.tally(40, cookieOf("blue"))).toEqual({ blue: 40 });
    await applyTraffic(world.layout, modelOf(at(99)));
    expect(await world.tally(40, cookieOf("blue"))).toEqual({ blue: 40 });
    await applyTraffic(world.layout, modelOf(at(100)));
    expect(await world.tally(40, cookieOf("blue"))).toEqual({ green: 40 });
    await applyTraffic(world.layout, modelOf(at(0)));
    expect(await world.tally(40, cookieOf("green"))).toEqual({ blue: 40 });
  });

  test("of another version of the track hold nobody", async () => {
    await start({ ...at(0), change: NO_LIMIT });
    expect(await world.tally(20, { cookie: "rollout-session=green.0000aaaa" })).toEqual({ blue: 20 });
    await applyTraffic(world.layout, modelOf(at(100)));
    expect(await world.tally(20, { cookie: "rollout-session=blue.0000bbbb" })).toEqual({ green: 20 });
  });

  test("that begin anew go by the browser's number, which a growing share never sends back", async () => {
    await start({ ...at(10), change: NO_LIMIT });
    for (const [share, bucket, track] of [
      [10, "09.x", "green"],
      [10, "10.x", "blue"],
      [25, "09.x", "green"],
      [25, "24.x", "green"],
      [25, "25.x", "blue"],
      [100, "99.x", "green"],
      [0, "00.x", "blue"],
    ] as const) {
      await applyTraffic(world.layout, modelOf(at(share)));
      expect(await world.tally(10, numbered(bucket)), `${bucket} at ${share}`).toEqual({ [track]: 10 });
    }
  });

  test("keep with the candidate whoever came without a number, whatever number it gave", async () => {
    await start({ ...at(10), change: NO_LIMIT });
    expect(await world.tally(10, numbered(`77.${SESSIONS.tags.green}`))).toEqual({ green: 10 });
    expect(await world.tally(10, numbered(`77.${SESSIONS.tags.blue}`))).toEqual({ blue: 10 });
    expect(await world.tally(10, cookieOf("blue", `77.${SESSIONS.tags.green}`))).toEqual({ blue: 10 });
    await setWeights({ green: 0, blue: 100 });
    expect(await world.tally(10, numbered(`77.${SESSIONS.tags.green}`))).toEqual({ blue: 10 });
  });

  test("that are set in an emergency are those that config would set", async () => {
    await start({ ...at(10), change: NO_LIMIT });
    await setWeights({ blue: 63, green: 37 });
    expect(await readRules(world.layout)).toEqual(rulesLines(modelOf(at(37)).split));
  });

  test("stay with their track when it has no healthy server, as a rule for one target group says", async () => {
    await start({ ...at(50) });
    world.servers.kill("blue-1");
    await world.untilServer("blue-1", "DOWN");
    expect(await world.tally(20, cookieOf("blue"))).toEqual({ 502: 20 });
    expect(await world.tally(20, cookieOf("green"))).toEqual({ green: 20 });
  });

  /** As a rollback does, which doesn't wait for the program. */
  const setWeights = (weights: Record<string, number>) => setReal(world.layout, weights);
});

describe("testers", () => {
  test("get their track by header or cookie, also at weight 0, and count for nothing in the split", async () => {
    await start({ weights: { blue: 100, green: 0 }, sessions: SESSIONS });
    const testers: Record<string, string>[] = [
      { "x-rollout-track": "green" },
      { "x-rollout-track": "GREEN" },
      { cookie: "rollout-track=green" },
      { cookie: `theme=dark; rollout-track=green; rollout-session=${SESSIONS.tags.blue}` },
    ];
    for (const headers of testers) {
      const { track } = await world.get("/", headers);
      expect(track).toBe("green");
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
