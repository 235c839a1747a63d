import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { systemClock } from "../../rollout/clock.ts";
import { type Plan, planOf } from "../../rollout/core/plan.ts";
import { type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import type { Shots } from "../../rollout/load/requests/shot.ts";
import type { JournalEntry, Platform } from "../../rollout/platforms/platform.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { give } from "../../rollout/run/command.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { type RunResult, run } from "../../rollout/run/run.ts";
import { type Changes, projectCopy, removeCopies } from "./project.ts";

/** All traffic on the stable track. */
export const BLUE = { blue: 100, green: 0 };

/** All in seconds. */
interface Times {
  /** The bake at 50 %. */
  half: number;
  /** The bake at 100 %. */
  full?: number;
  /** How long the gates may wait for data after a bake. */
  grace?: number;
  /** How long missing servers are waited for. */
  capacity?: number;
  /**
   * How long the weights may be unreadable. On a busy machine one answer of the balancer can take longer than a few
   * seconds, and the rollout stops: short only where that is tested.
   */
  read?: number;
}

/**
 * A rollout in two steps, 50 and 100 %. Without the alarms: one of them looks back over 15 minutes, so that what broke in
 * one test would hold the next one's rollout. alarm-gate.test.ts is theirs.
 */
export function planWith({ half, full = 60, grace = 60, capacity = 60, read = 60 }: Times): Plan {
  const plan = planOf(
    {
      steps: [
        { weight: 50, bake: `${half}s` },
        { weight: 100, bake: `${full}s` },
      ],
      gates: { errorRate: { max: 0.05 }, latency: { p95: "500ms" }, minRequests: 50, alarms: false },
      freeze: [],
    },
    { keepSeconds: 0, readSeconds: read, capacitySeconds: capacity },
  );
  return { ...plan, steps: plan.steps.map((step) => ({ ...step, graceSeconds: grace })) };
}

/**
 * A stack under load in the file's tests, whose rollouts are from blue to green and can be met half-way.
 *
 * @param changes to the stack's config
 * @param shots what users ask for; by default what the sample's do
 */
export function rolloutWorld(changes: Changes, ratePerSecond = 100, shots?: Shots) {
  return new World(changes, ratePerSecond, shots);
}

class World {
  readonly project: ReturnType<typeof projectCopy>;
  readonly #changes: Changes;
  status!: Status;
  load!: RunningLoad;
  /** The present rollout's. */
  platform!: Platform;
  #plan!: Plan;
  #count = 0;

  constructor(changes: Changes, ratePerSecond: number, shots?: Shots) {
    this.project = projectCopy(changes);
    this.#changes = changes;
    beforeAll(async () => {
      // The usual port may be another's a moment later, and HAProxy shares a port without a word.
      this.status = await rehearse.up({ ...this.project, port: await freePort() });
      const { url, domain, caFile } = this.status;
      this.load = startLoad({ url, domain, caFile, ratePerSecond, ...(shots && { shots }) });
    });
    afterEach(async ({ task }) => {
      if (task.result?.state === "fail") await this.#print();
    });
    afterAll(async () => {
      await this.load?.stop();
      await removeCopies();
    });
  }

  /**
   * Begins a rollout and comes back when half of the traffic is on the candidate.
   *
   * @param broken calls of the platform that are other than they should be
   */
  async halfway(plan: Plan, broken: Partial<Platform> = {}): Promise<{ done: Promise<RunResult> }> {
    this.#count += 1;
    this.#plan = plan;
    this.platform = rehearsalPlatform(this.project);
    const begin = { rollout: `rollout-${this.#count}`, stable: "blue", candidate: "green", plan };
    const platform = withBroken(this.platform, broken);
    const done = run({ platform, judge: judgeOf(plan), owner: "test", begin, pollMs: 100 });
    await expect.poll(() => this.share(), { timeout: 60_000 }).toBe(50);
    // On a busy machine the controller needs a while to read its weights back: only then does it bake.
    const verified = async () => (await this.kinds()).filter((kind) => kind === "verified").length;
    await expect.poll(verified, { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
    await sleep(1500);
    return { done };
  }

  /** Brings the stack up as it was at first: the config too, whose stable key a promotion has set, and what was killed. */
  async anew(): Promise<void> {
    this.project.configure(this.#changes);
    await rehearse.up(this.project);
  }

  /** Another run of the present rollout, after one that has stopped. */
  goOn(): Promise<RunResult> {
    return run({ platform: this.platform, judge: judgeOf(this.#plan), owner: "test", pollMs: 100 });
  }

  /** A person's word. */
  async give(command: Parameters<typeof give>[2]): Promise<void> {
    await give(this.platform, systemClock, command, "ann");
  }

  /** The candidate's, on the balancer. */
  async share(): Promise<number | undefined> {
    return (await this.platform.readRealWeights()).green;
  }

  /** The present rollout's journal. */
  async entries(): Promise<JournalEntry[]> {
    const { entries } = await this.platform.journal.read();
    return entries.slice(entries.findLastIndex(({ kind }) => kind === "begin"));
  }

  async kinds(): Promise<JournalEntry["kind"][]> {
    return (await this.entries()).map(({ kind }) => kind);
  }

  /** How many requests of users were sent and lost since now. */
  lossSince(): () => { requests: number; lost: number } {
    const { requests, lost } = this.load.progress();
    return () => {
      const now = this.load.progress();
      return { requests: now.requests - requests, lost: now.lost - lost };
    };
  }

  /** An entry of the present rollout, as soon as there is one. */
  async last(kind: JournalEntry["kind"]): Promise<JournalEntry> {
    const entryOf = async () => (await this.entries()).findLast((each) => each.kind === kind);
    await expect.poll(entryOf, { timeout: 30_000 }).toBeDefined();
    return (await entryOf())!;
  }

  /** For whoever looks into a test that failed. */
  async #print(): Promise<void> {
    const lines = (await this.entries()).map((entry) => JSON.stringify(entry).slice(0, 500));
    const { servers, real } = await rehearse.status(this.project);
    console.error([...lines, JSON.stringify({ real, servers })].join("\n"));
  }

  /** A server of a track ends as if its machine had lost power. */
  async kill(track: string): Promise<void> {
    const { servers } = await rehearse.status(this.project);
    const { pids } = servers.find((server) => server.track === track)!;
    for (const pid of [pids.nginx!, pids.app!]) process.kill(pid, "SIGKILL");
  }
}

/** The same platform, some of whose calls fail. */
function withBroken(platform: Platform, broken: Partial<Platform>): Platform {
  return new Proxy(platform, {
    get(target, key) {
      const value = Reflect.get(key in broken ? broken : target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
