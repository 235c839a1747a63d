import { renameSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Plan, planOf } from "../../rollout/core/plan.ts";
import { type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import type { JournalEntry, Platform } from "../../rollout/platforms/platform.ts";
import { layoutOf } from "../../rollout/platforms/rehearsal/balancing.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/options.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout.ts";
import { Ledger } from "../../rollout/platforms/rehearsal/state.ts";
import { systemClock } from "../../rollout/run/clock.ts";
import { give } from "../../rollout/run/command.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { type RunResult, run } from "../../rollout/run/run.ts";
import { projectCopy, removeCopies } from "./project.ts";

// What becomes of a rollout when something breaks that is not the candidate's fault, with half of the traffic on it.

const BLUE = { blue: 100, green: 0 };

/** @param bake of the step at 50 %, in seconds */
function planWith(bake: number): Plan {
  const plan = planOf(
    {
      steps: [
        { weight: 50, bake: `${bake}s` },
        { weight: 100, bake: "60s" },
      ],
      gates: { errorRate: { max: 0.05 }, latency: { p95: "500ms" }, minRequests: 50 },
      freeze: [],
    },
    { keepSeconds: 0, readSeconds: 3 },
  );
  return { ...plan, steps: plan.steps.map((step) => ({ ...step, graceSeconds: 3 })) };
}

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
    load = startLoad({ url, domain, caFile, ratePerSecond: 100 });
  });
  afterAll(() => load.stop());

  /** An entry of the present rollout, as soon as there is one. */
  async function last(kind: JournalEntry["kind"]): Promise<JournalEntry> {
    const entryOf = async () => {
      const { entries } = await platform.journal.read();
      const begun = entries.findLastIndex((each) => each.kind === "begin");
      return entries.slice(begun).findLast((each) => each.kind === kind);
    };
    await expect.poll(entryOf, { timeout: 30_000 }).toBeDefined();
    return (await entryOf())!;
  }

  /** Begins a rollout and comes back when half of the traffic is on the candidate. */
  async function halfway(plan: Plan, broken: Partial<Platform> = {}): Promise<{ done: Promise<RunResult> }> {
    count += 1;
    platform = rehearsalPlatform(project);
    const begin = { rollout: `rollout-${count}`, stable: "blue", candidate: "green", plan };
    const done = run({
      platform: withBroken(platform, broken),
      judge: judgeOf(plan),
      owner: "test",
      begin,
      pollMs: 100,
    });
    await expect.poll(async () => (await platform.readRealWeights()).green, { timeout: 30_000 }).toBe(50);
    await sleep(1500);
    return { done };
  }

  it("blames nobody when the database stops: it holds, pages, and leaves the word to a person", async () => {
    const { done } = await halfway(planWith(60));
    process.kill(status.database.pid!, "SIGQUIT");
    expect(await last("hold")).toMatchObject({ reason: expect.stringContaining("both tracks") });
    expect((await platform.readRealWeights()).green).toBe(50);
    await rehearse.up(project);
    await give(platform, systemClock, "rollback", "ann");
    expect(await done).toMatchObject({ outcome: "rolled-back" });
    const { entries } = await platform.journal.read();
    expect(entries.findLast(({ kind }) => kind === "rollback")).toMatchObject({
      reason: expect.stringContaining("ann"),
    });
    expect(await platform.readWeights()).toEqual({ config: BLUE, state: BLUE, real: BLUE });
  });

  it("pauses when metrics don't come, neither passing nor going back", async () => {
    const metrics = () => Promise.reject(new Error("no metrics today"));
    const { done } = await halfway(planWith(3), { metrics });
    expect(await last("paused")).toMatchObject({ reason: expect.stringContaining("no metrics today") });
    expect((await platform.readRealWeights()).green).toBe(50);
    await give(platform, systemClock, "rollback", "ann");
    expect(await done).toMatchObject({ outcome: "rolled-back" });
  });

  it("stops when the balancer's API can't be reached, while users are served", async () => {
    const { done } = await halfway(planWith(60));
    const { socket } = layoutOf(Ledger.openOrFail(placeIn(project)));
    renameSync(socket, `${socket}.away`);
    try {
      await give(platform, systemClock, "promote", "ann");
      const { outcome, reason } = await done;
      expect(outcome).toBe("stopped");
      expect(reason).toMatch(/^the weights can't be read: /);
      const { lost } = load.progress();
      await sleep(1000);
      expect(load.progress().lost).toBe(lost);
    } finally {
      renameSync(`${socket}.away`, socket);
    }
    expect((await platform.readRealWeights()).green).toBe(50);
    await give(platform, systemClock, "rollback", "ann");
    const goOn = run({ platform, judge: judgeOf(planWith(60)), owner: "test", pollMs: 100 });
    expect(await goOn).toMatchObject({ outcome: "rolled-back" });
    expect(await platform.readWeights()).toEqual({ config: BLUE, state: BLUE, real: BLUE });
  });
});

/** The same platform, some of whose calls fail. */
function withBroken(platform: Platform, broken: Partial<Platform>): Platform {
  return new Proxy(platform, {
    get(target, key) {
      const value = Reflect.get(key in broken ? broken : target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
