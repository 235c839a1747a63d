import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planOf } from "../../rollout/core/plan.ts";
import { type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import type { Platform } from "../../rollout/platforms/platform.ts";
import { rehearse, type Status, weights } from "../../rollout/platforms/rehearsal/index.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout.ts";
import { systemClock } from "../../rollout/run/clock.ts";
import { give } from "../../rollout/run/command.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { type RunResult, run } from "../../rollout/run/run.ts";
import { orderFaults } from "./faults.ts";
import { projectCopy, removeCopies } from "./project.ts";

// What becomes of a rollout when something breaks while half of the traffic is on the candidate.

const plan = planOf(
  {
    steps: [
      { weight: 50, bake: "60s" },
      { weight: 100, bake: "60s" },
    ],
    gates: { errorRate: { max: 0.05 }, latency: { p95: "500ms" }, minRequests: 50 },
    freeze: [],
  },
  { keepSeconds: 0 },
);
const BLUE = { blue: 100, green: 0 };

afterAll(removeCopies);

describe("a rollout at 50 %", () => {
  const project = projectCopy({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });
  let status: Status;
  let load: RunningLoad;
  let platform: Platform;
  let count = 0;

  beforeAll(async () => {
    status = await rehearse.up(project);
    const { url, domain, caFile } = status;
    load = startLoad({ url, domain, caFile, ratePerSecond: 150 });
  });
  afterAll(() => load.stop());

  /** Begins a rollout and comes back when half of the traffic is on the candidate. */
  async function halfway(): Promise<{ done: Promise<RunResult> }> {
    count += 1;
    platform = rehearsalPlatform(project);
    const begin = { rollout: `rollout-${count}`, stable: "blue", candidate: "green", plan };
    const done = run({ platform, judge: judgeOf(plan), owner: "test", begin, pollMs: 100 });
    await expect
      .poll(async () => (await platform.journal.read()).entries.at(-1)?.kind, { timeout: 20_000 })
      .toBe("verified");
    await expect.poll(async () => (await platform.readRealWeights()).green, { timeout: 20_000 }).toBe(50);
    await sleep(1500);
    return { done };
  }

  it("goes back when the candidate gets slow", async () => {
    const { done } = await halfway();
    await orderFaults(project, "green", { latencyMs: 700, latencyRate: 0.5 });
    const { outcome, reason } = await done;
    await orderFaults(project, "green", {});
    expect(outcome).toBe("rolled-back");
    expect(reason).toMatch(/^over 500 ms: /);
    expect(await platform.readWeights()).toEqual({ config: BLUE, state: BLUE, real: BLUE });
  });

  it("goes back when the candidate crashes, though no server is left to log it", async () => {
    const { done } = await halfway();
    const { servers } = await rehearse.status(project);
    const { pids } = servers.find(({ track }) => track === "green")!;
    for (const pid of [pids.nginx!, pids.app!]) process.kill(pid, "SIGKILL");
    const { outcome, reason } = await done;
    expect(outcome).toBe("rolled-back");
    expect(reason).toMatch(/^errors: /);
    expect(await platform.readRealWeights()).toEqual(BLUE);
  });

  it("stops and shows the difference when somebody else moves the weights, and goes back on a person's word", async () => {
    const { done } = await halfway();
    await weights(project).set({ blue: 10, green: 90 });
    await give(platform, systemClock, "promote", "ann");
    const { outcome, reason } = await done;
    expect(outcome).toBe("stopped");
    expect(reason).toContain("config blue 50 green 50, state blue 50 green 50, balancer blue 10 green 90");
    await give(platform, systemClock, "rollback", "ann");
    const goOn = () => run({ platform, judge: judgeOf(plan), owner: "test", pollMs: 100 });
    expect(await goOn()).toEqual({
      outcome: "stopped",
      reason: "the rollback found other weights on the balancer: blue 10 green 90",
    });
    await give(platform, systemClock, "restore", "ann");
    expect(await goOn()).toMatchObject({ outcome: "rolled-back" });
    expect(await platform.readWeights()).toEqual({ config: BLUE, state: BLUE, real: BLUE });
  });

  it("holds and pages when both tracks are sick, and moves no load onto a sick stable", async () => {
    const { done } = await halfway();
    await Promise.all(["blue", "green"].map((track) => orderFaults(project, track, { errorRate: 0.6 })));
    await expect
      .poll(async () => (await platform.journal.read()).entries.at(-1)?.kind, { timeout: 20_000 })
      .toBe("hold");
    expect((await platform.readRealWeights()).green).toBe(50);
    await Promise.all(["blue", "green"].map((track) => orderFaults(project, track, {})));
    await give(platform, systemClock, "rollback", "ann");
    expect(await done).toMatchObject({ outcome: "rolled-back" });
  });
});
