import { spawn } from "node:child_process";
import { readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { layoutOf } from "../../rollout/platforms/rehearsal/balancer/balancing.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { Ledger } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { BLUE, planWith, rolloutWorld } from "../rehearsal/rollout-world.ts";

// What becomes of a rollout when something breaks that is not the candidate's fault, with half of the traffic on it.

const world = rolloutWorld({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });
const { project } = world;

it("blames nobody when the database stops: it holds, pages, and leaves the word to a person", async () => {
  const { done } = await world.halfway(planWith({ half: 60 }));
  process.kill(world.status.database.pid!, "SIGQUIT");
  expect(await world.last("hold")).toMatchObject({ reason: expect.stringContaining("both tracks") });
  expect(await world.share()).toBe(50);
  await rehearse.up(project);
  await world.give("rollback");
  expect(await done).toMatchObject({ outcome: "rolled-back" });
  expect(await world.last("rollback")).toMatchObject({ reason: expect.stringContaining("ann") });
  expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
});

it("pauses when metrics don't come, neither passing nor going back", async () => {
  const metrics = () => Promise.reject(new Error("no metrics today"));
  const { done } = await world.halfway(planWith({ half: 3, grace: 3 }), { metrics });
  expect(await world.last("paused")).toMatchObject({ reason: expect.stringContaining("no metrics today") });
  expect(await world.share()).toBe(50);
  await world.give("rollback");
  expect(await done).toMatchObject({ outcome: "rolled-back" });
});

it("stops when the balancer's API can't be reached, while users are served", async () => {
  const { done } = await world.halfway(planWith({ half: 60, read: 3 }));
  const { socket } = layoutOf(Ledger.openOrFail(placeIn(project)));
  renameSync(socket, `${socket}.away`);
  try {
    await world.give("promote");
    const { outcome, reason } = await done;
    expect(outcome).toBe("stopped");
    expect(reason).toMatch(/^the weights can't be read: /);
    const { lost } = world.load.progress();
    await sleep(1000);
    expect(world.load.progress().lost).toBe(lost);
  } finally {
    renameSync(`${socket}.away`, socket);
  }
  expect(await world.share()).toBe(50);
  await world.give("rollback");
  expect(await world.goOn()).toMatchObject({ outcome: "rolled-back" });
  expect(await world.platform.readWeights()).toMatchObject({ config: BLUE, state: BLUE, real: BLUE });
});

it("goes on while the cache is away: users don't notice, and nobody is blamed", async () => {
  const { done } = await world.halfway(planWith({ half: 15, full: 3 }));
  const since = world.lossSince();
  const restart = killCache();
  // More than the two health checks after which a server that failed them would be taken out of the balancer.
  await sleep(12_000);
  const cache = restart();
  try {
    expect(await done).toEqual({ outcome: "promoted", reason: "all steps passed" });
    expect(since().lost).toBe(0);
    const kinds = await world.kinds();
    expect(kinds).not.toContain("hold");
    expect(kinds).not.toContain("paused");
  } finally {
    cache.kill();
  }
});

/** Redis ends as if its machine had lost power. @returns what starts it again as it was, at once */
function killCache() {
  const pid = world.status.cache!.pid!;
  const [program] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split(/[\0 ]/);
  const configFile = join(placeIn(project).folder, "redis", "redis.conf");
  process.kill(pid, "SIGKILL");
  // Redis writes its address over its arguments: of them the program's name is left.
  return () => spawn(program!, [configFile], { cwd: dirname(configFile), stdio: "ignore" });
}
