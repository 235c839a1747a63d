import type { Command, JournalEntry } from "../../rollout/core/journal.ts";
import { LIMITS, type Limits, type Plan } from "../../rollout/core/plan.ts";
import type { Judge } from "../../rollout/core/verdict.ts";
import { split } from "../../rollout/core/weights.ts";
import { give } from "../../rollout/run/command.ts";
import { type RunResult, run } from "../../rollout/run/run.ts";
import { type Fault, simulatedPlatform } from "./simulated-platform.ts";
import { Crash, Life, type World } from "./simulated-world.ts";

export const QUICK: Limits = {
  ...LIMITS,
  retrySeconds: 1,
  verifySeconds: 4,
  readSeconds: 6,
  capacitySeconds: 12,
  patienceSeconds: 20,
  keepSeconds: 5,
};

export function planFor(
  steps: readonly { weight: number; bake: number }[],
  limits: Partial<Limits> = {},
): Plan {
  return {
    steps: steps.map(({ weight, bake }) => ({ weight, bakeSeconds: bake, graceSeconds: 15 })),
    freeze: [],
    gates: { errorRate: 0.01, p95Ms: 500, minRequests: 20 },
    limits: { ...QUICK, ...limits },
  };
}

/** Plain thresholds on the step's counts: the tests here are of the controller, not of the statistics. */
export const thresholds: Judge = ({ seconds, steps, candidate, stable, baked }) => {
  const bad = (track: string) => {
    const mine = seconds.filter(({ epochSecond }) => epochSecond >= steps.at(-1)!.from);
    const sum = (key: "requests" | "errors" | "slow") =>
      mine.reduce((all, { tracks }) => all + (tracks[track]?.[key] ?? 0), 0);
    return { requests: sum("requests"), share: (sum("errors") + sum("slow")) / Math.max(1, sum("requests")) };
  };
  const mine = bad(candidate);
  const sick = ({ requests, share }: typeof mine) => requests >= 20 && share > 0.03;
  if (sick(mine) && candidate !== stable && sick(bad(stable)))
    return { outcome: "wait", hold: true, reason: "both sick" };
  if (sick(mine)) return { outcome: "fail", reason: `${mine.share} bad` };
  if (!baked || mine.requests < 20) return { outcome: "wait", reason: `${mine.requests} requests` };
  return { outcome: "pass", reason: "good" };
};

export interface Script {
  world: World;
  plan: Plan;
  faults?: readonly Fault[];
  /** After how many points each life ends; after the last of them one lives on. */
  crashes?: readonly number[];
  /** A person's words, by the time in seconds since the start. */
  commands?: readonly { after: number; command: Command }[];
  /** What somebody else does to the balancer: the candidate's share. */
  meddling?: readonly { after: number; share: number }[];
  /** What is done to the machine's clock: by how many seconds it is set, or for how long the machine is suspended. */
  clocks?: readonly { after: number; set?: number; suspended?: number }[];
  judge?: Judge;
  rollout?: string;
  candidate?: string;
  stable?: string;
}

export interface Played {
  result: RunResult;
  told: { entry: JournalEntry; how: "page" | "tell" }[];
  /** Points of the last life. */
  points: number;
}

/** Runs to the end, and again after each crash. */
export async function play(script: Script): Promise<Played> {
  const { world, crashes = [] } = script;
  const told: Played["told"] = [];
  const commands = [...(script.commands ?? [])];
  const meddling = [...(script.meddling ?? [])];
  const began = world.now;
  for (const { after, set = 0, suspended = 0 } of script.clocks ?? []) {
    world.later(after * 1000, () => {
      world.clockAheadMs += set * 1000;
      world.suspendedMs += suspended * 1000;
      world.now += suspended * 1000;
    });
  }
  for (const crashAt of [...crashes, Number.POSITIVE_INFINITY]) {
    const life = new Life(world, crashAt);
    try {
      const result = await live(script, life, told, { commands, meddling }, began);
      life.check();
      return { result, told, points: life.points };
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      world.lockedBy = undefined;
    }
  }
  throw new Error("the last life doesn't crash");
}

interface People {
  commands: { after: number; command: Command }[];
  meddling: { after: number; share: number }[];
}

async function live(
  script: Script,
  life: Life,
  told: Played["told"],
  { commands, meddling }: People,
  began: number,
) {
  const { world, plan, judge = thresholds, candidate = "green", stable = "blue" } = script;
  const { clock } = life;
  const hand = simulatedPlatform(new Life(world));
  let sleeps = 0;
  return run({
    platform: simulatedPlatform(life, script.faults),
    judge,
    owner: "test",
    begin: { rollout: script.rollout ?? "r1", stable, candidate, plan },
    clock: {
      ...clock,
      async sleep(milliseconds) {
        // A run that doesn't end is a failure, not a test that hangs.
        sleeps += 1;
        if (sleeps > 100_000) throw new Error("the run doesn't end");
        await clock.sleep(milliseconds);
        while (commands[0] && world.now >= began + commands[0].after * 1000) {
          // In another process, which began just now.
          await give(hand, new Life(world).clock, commands.shift()!.command, "ana").catch(() => {});
        }
        while (meddling[0] && world.now >= began + meddling[0].after * 1000) {
          world.move(split("blue", "green", meddling.shift()!.share));
        }
      },
    },
    notify: async (entry, how) => {
      life.point();
      told.push({ entry, how });
    },
  });
}
