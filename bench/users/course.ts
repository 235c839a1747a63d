import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type PlanSettings, planOf } from "../../rollout/core/plan.ts";
import { shareOf } from "../../rollout/core/weights.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { type RunResult, run } from "../../rollout/run/run.ts";
import type { BenchPlace } from "../rehearsal.ts";
import { Crowd } from "./crowd/crowd.ts";
import type { PhaseNotes } from "./crowd/notes.ts";
import { breakRelease, writeRelease } from "./shop/releases.ts";
import { configure, shopConfig } from "./stack.ts";
import { type Written, writtenIn } from "./written.ts";

export interface CourseOptions {
  users: number;
  /** How many arrive a second: at least the users, and for as long as the course is. */
  rate: number;
  /** All in seconds: how long each step bakes, and what a user does. */
  bake: number;
  later: number;
  think: number;
  /** `rollout:stickiness`. */
  stickiness: string;
  say(line: string): void;
}

export interface CourseResult {
  phases: PhaseNotes[];
  written: Written;
  /** The server that was killed. */
  killed: string;
}

/** The phase in which a server is killed: what it held is lost, and listed. */
export const KILLED = "a server is killed";

/** How long the killed server stays away: as a new one would need. */
const AWAY_MS = 10_000;

/**
 * Users come and go while a rollout is promoted, another is rolled back for errors, all servers are replaced, and one is
 * killed. The stack is left up.
 */
export async function walkCourse(place: BenchPlace, options: CourseOptions): Promise<CourseResult> {
  const { users, rate, bake, say } = options;
  const [one, two, three] = ["one", "two", "three"].map((name) =>
    writeRelease(join(place.projectDir, "shops", options.stickiness), name),
  ) as [string, string, string];
  configure(place, shopConfig({ blue: one, green: two }, options.stickiness));
  const { url, domain, caFile } = await rehearse.up({ ...place, port: await freePort() });
  const crowd = new Crowd({
    place: { origin: `https://${domain}:${new URL(url).port}`, ca: readFileSync(caFile, "utf8") },
    users,
    ratePerSecond: rate,
    habits: { later: options.later * 1000, think: options.think * 1000 },
    phase: "before",
  });
  const phase = (name: string) => {
    say(name);
    crowd.mark(name);
  };
  try {
    await sleep(bake * 1000);
    const promoted = await rollOut(place, "two", ["blue", "green"], [10, 25, 50, 100], options, phase);
    expectOutcome(promoted, "promoted");
    phase("two for all");
    await sleep(bake * 1000);

    configure(place, [[["rehearsal", "tracks", "blue", "folder"], three]]);
    const back = await rollOut(place, "three", ["green", "blue"], [10, 25, 50, 100], options, (name) => {
      phase(name);
      if (name.endsWith("25 %")) breakRelease(three, true);
    });
    expectOutcome(back, "rolled-back");
    breakRelease(three, false);
    phase("three is gone");
    await sleep(bake * 1000);

    phase("servers are replaced");
    configure(place, [[["app", "environment"], { GREETING: "again" }]]);
    await rehearse.apply(place);

    phase(KILLED);
    const killed = await kill(place, "green");
    await sleep(AWAY_MS);
    await rehearse.up({ ...place, again: true });
    await sleep(AWAY_MS);
    phase("after");
    crowd.enough();
    const phases = await crowd.gone;
    return { phases, killed, written: await writtenIn(place, phases) };
  } finally {
    await crowd.end();
  }
}

async function rollOut(
  place: BenchPlace,
  release: string,
  [stable, candidate]: [string, string],
  weights: number[],
  { bake, later, stickiness }: CourseOptions,
  phase: (name: string) => void,
): Promise<RunResult> {
  const settings: PlanSettings = {
    steps: weights.map((weight) => ({ weight, bake: `${bake}s` })),
    gates: { errorRate: { max: 0.05 }, latency: { p95: "2s" }, minRequests: 20, alarms: false },
    freeze: [],
    // Long enough for who is there to end his visit.
    ...(stickiness !== "none" && { sessions: { drain: `${later + 30}s` as const, idle: "30m" as const } }),
  };
  const plan = planOf(settings, { keepSeconds: 0 });
  phase(`${release} comes`);
  const platform = rehearsalPlatform(place);
  const done = run({
    platform: rehearsalPlatform(place),
    judge: judgeOf(plan),
    owner: "bench",
    begin: { rollout: `release-${release}`, stable, candidate, plan },
    pollMs: 250,
  });
  let ended = false;
  void done.finally(() => (ended = true)).catch(() => {});
  for (let shown = 0; !ended; await sleep(100)) {
    const share = await platform.readRealWeights().then(
      (real) => shareOf(real, candidate),
      () => shown,
    );
    if (share === shown) continue;
    shown = share;
    phase(`${release} ${share} %`);
  }
  return done;
}

function expectOutcome({ outcome, reason }: RunResult, asked: RunResult["outcome"]): void {
  if (outcome !== asked) throw new Error(`the rollout was to be ${asked}: ${outcome}, ${reason}`);
}

/** A server ends as if its machine had lost power. */
async function kill(place: BenchPlace, track: string): Promise<string> {
  const { servers } = await rehearse.status(place);
  const { id, pids } = servers.find((server) => server.track === track)!;
  for (const pid of [pids.nginx, pids.app]) if (pid !== undefined) process.kill(-pid, "SIGKILL");
  return id;
}
