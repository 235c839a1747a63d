import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { applyTraffic, grow, retire, settle } from "../../rollout/platforms/rehearsal/balancer/apply.ts";
import { counters, workerPid } from "../../rollout/platforms/rehearsal/balancer/stats.ts";
import { readWeights } from "../../rollout/platforms/rehearsal/balancer/traffic.ts";
import type { Wanted } from "../rollout/rehearsal/balancer-graph.ts";
import { answering, constantLoad, NO_LIMIT } from "./balancer-load.ts";
import { modelOf, World } from "./balancer-world.ts";

let world: World;
const start = async (wanted: Wanted, counts: Record<string, number> = { blue: 1, green: 1 }) => {
  world = await World.start(wanted, counts);
};
afterEach(() => world.end());

describe("a server", () => {
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
    const load = constantLoad(world);

    const wanted: Wanted = { weights: { blue: 50, red: 50 }, change: NO_LIMIT };
    const red = await world.servers.start("red-1");
    const both = { ...world.setup.servers, red: [red] };
    await grow(world.layout, modelOf(wanted), { ...world.setup, servers: both });
    expect(await workerPid(world.layout.socket)).not.toBe(worker);
    // What is down stays down through the reload, and the split is as before.
    expect((await world.statsOf("green-1"))?.status).toBe("DOWN");
    expect(await readWeights(world.layout)).toEqual({ blue: 90, green: 10 });

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
    expect(sent).toBeGreaterThan(50);
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
