import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ShotResult, startLoad } from "../../rollout/load/load.ts";
import { type Random, seededRandom, wholeBetween } from "../../rollout/load/random.ts";
import { layoutOf } from "../../rollout/platforms/rehearsal/balancer/balancing.ts";
import { rehearse, weights } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { Ledger } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { orderFaults } from "../rehearsal/faults.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { TYPING } from "../rehearsal/typed.ts";
import { MACHINE_FAULTS, type Machine, stableIn } from "./machine.ts";

export interface ChaosResult {
  seed: number;
  rollouts: { candidate: string; version: string; faults: string[]; outcome: string }[];
  requests: number;
  /** Those that failed while no bad version was to blame. */
  lost: number;
  /** What was otherwise than it should be. */
  wrong: string[];
}

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
/** What is wrong with a version, as its users meet it. */
const BAD = {
  "fails a third of its requests": { errorRate: 0.33 },
  "is slow": { latencyMs: 900, latencyRate: 0.5 },
  hangs: { hangRate: 0.15 },
  "finds nothing": { lostRate: 0.5 },
} as const;
type Badness = keyof typeof BAD;

/** How long a client may still wait for what was asked of a bad version. */
const AFTER_MS = 12_000;
/**
 * A run that is killed again and again is started again, as often as this; then nothing more goes wrong, and the next one must
 * come to its end. On a busy machine a start takes longer than from one fault to the next.
 */
const MOST_STARTS = 12;

/**
 * Rollouts one after the other on real servers under load, good and bad versions in turn, while the machine that runs
 * them fails at random times.
 *
 * @param forMs no rollout begins after it
 */
export async function chaos(forMs: number, seed: number, say: (line: string) => void): Promise<ChaosResult> {
  const world = await Chaos.begin(seed, say);
  try {
    const end = performance.now() + forMs;
    // One that has gone wrong is looked into as it is left.
    while (performance.now() < end && world.isRight) await world.rollout();
    return await world.end();
  } finally {
    await removeCopies();
  }
}

class Chaos {
  readonly #project = projectCopy({
    tracks: { blue: { weight: 100, servers: 1 }, green: { weight: 0, servers: 1 } },
    plan: {
      steps: [
        { weight: 50, bake: "12s" },
        { weight: 100, bake: "4s" },
      ],
      gates: { minRequests: 50, alarms: false, errorRate: { max: 0.02 } },
      // Nobody is there to be waited for.
      limits: { patience: "1m" },
    },
  });
  readonly #clockFile = join(this.#project.root, "clock");
  readonly #random: Random;
  readonly #say: (line: string) => void;
  readonly #result: ChaosResult;
  #load!: ReturnType<typeof startLoad>;
  #machine!: Machine;
  /** When the load began, as `performance.now()` has it. */
  #begun = 0;
  #controller: ChildProcess | undefined;
  #said = "";
  /** What `rollout check` had against a machine without a domain, before anything happened. */
  #failed: string[] = [];
  /** Lost to bad versions. */
  #blamed = 0;
  /** Those that failed in the present rollout. */
  #lost: ShotResult[] = [];

  private constructor(seed: number, say: (line: string) => void) {
    this.#random = seededRandom(seed);
    this.#say = say;
    this.#result = { seed, rollouts: [], requests: 0, lost: 0, wrong: [] };
  }

  static async begin(seed: number, say: (line: string) => void): Promise<Chaos> {
    const world = new Chaos(seed, say);
    const project = world.#project;
    const { url, domain, caFile } = await rehearse.up({ ...project, port: await freePort() });
    world.#failed = world.#fails();
    const onOutcome = (outcome: ShotResult) => {
      if (outcome.mistake !== undefined) world.#lost.push(outcome);
    };
    world.#load = startLoad({ url, domain, caFile, ratePerSecond: 60, onOutcome });
    world.#begun = performance.now();
    world.#machine = {
      projectDir: project.projectDir,
      socket: layoutOf(Ledger.openOrFail(placeIn(project))).socket,
      clockFile: world.#clockFile,
      controller: () => world.#controller,
      random: world.#random,
    };
    return world;
  }

  get isRight(): boolean {
    return this.#result.wrong.length === 0;
  }

  async rollout(): Promise<void> {
    const stable = stableIn(this.#project.projectDir);
    const candidate = stable === "blue" ? "green" : "blue";
    const badness = this.#random() < 0.5 ? this.#pick(Object.keys(BAD) as Badness[]) : undefined;
    const faults: string[] = [];
    this.#lost = [];
    const ended = new AbortController();
    const calm = new AbortController();
    const striking = this.#strike(faults, calm.signal);
    const breaking = badness ? this.#break(candidate, badness, ended.signal) : undefined;
    const outcome = await this.#run(candidate, calm);
    calm.abort();
    ended.abort();
    await Promise.all([striking, breaking]);
    writeFileSync(this.#clockFile, "0");
    await this.#mend(candidate, badness);
    if (badness) this.#blamed += this.#lost.length;
    else for (const each of this.#lost) this.#say(`lost, ${lostText(each)}`);
    const version = badness ?? "good";
    const expected = badness ? "rolled-back" : "promoted";
    this.#result.rollouts.push({ candidate, version, faults, outcome });
    this.#say(`${candidate}, ${version}: ${outcome} (${faults.join(", ") || "nothing else"})`);
    if (outcome !== expected)
      this.#result.wrong.push(
        `${candidate}, ${version}: ${outcome} with ${faults.join(", ")}\n${this.#said.slice(-2_000)}`,
      );
  }

  async end(): Promise<ChaosResult> {
    const { requests, lost, reasons } = await this.#load.stop();
    const result = { ...this.#result, requests, lost: lost - this.#blamed };
    const { asked, real, servers, unreadable } = await rehearse.status(this.#project);
    if (JSON.stringify(asked) !== JSON.stringify(real) || unreadable.length > 0)
      result.wrong.push(`the weights differ: ${JSON.stringify({ asked, real, unreadable })}`);
    const fails = this.#fails().filter((name) => !this.#failed.includes(name));
    if (fails.length > 0) result.wrong.push(`check fails now: ${fails.join(", ")}`);
    for (const { id, healthy } of servers) if (!healthy) result.wrong.push(`${id} isn't healthy`);
    if (result.lost > 0) result.wrong.push(`${result.lost} requests were lost: ${JSON.stringify(reasons)}`);
    return result;
  }

  /** The command, again and again until it says what became of the rollout. */
  async #run(candidate: string, calm: AbortController): Promise<string> {
    this.#said = "";
    const before = this.#rollouts();
    let hasBegun = false;
    for (let start = 0; start <= MOST_STARTS; start += 1) {
      if (start === MOST_STARTS) calm.abort();
      const child = spawn(
        ROLLOUT,
        ["run", "--stack", "beta", ...(hasBegun ? [] : ["--candidate", candidate])],
        {
          cwd: this.#project.projectDir,
          stdio: ["ignore", "pipe", "pipe"],
          env: {
            ...TYPING,
            SET_CLOCK: this.#clockFile,
            NODE_OPTIONS: `--import=${join(import.meta.dirname, "../drills/set-clock.mjs")}`,
          },
        },
      );
      this.#controller = child;
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (data) => {
          this.#said += data;
        });
      await once(child, "exit");
      this.#controller = undefined;
      // One that was ended before it could write anything has begun nothing: the last one there is the one before.
      hasBegun ||= this.#rollouts() > before;
      if (!hasBegun) continue;
      const [, outcome] =
        /^(promoted|rolled-back): /m.exec(this.#said) ??
        /is over: (promoted|rolled-back)/.exec(this.#said) ??
        /^(stopped): /m.exec(this.#said) ??
        [];
      if (outcome) return outcome;
      await sleep(500);
    }
    return "no outcome";
  }

  /** How many the journal says have begun. */
  #rollouts(): number {
    const folder = join(this.#project.projectDir, ".rehearsal/beta/logs/rollout/journal");
    if (!existsSync(folder)) return 0;
    const entries = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    return entries.filter((text) => text.startsWith('{"kind":"begin"')).length;
  }

  async #strike(struck: string[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(wholeBetween(this.#random, 2_000, 12_000), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const fault = this.#pick(MACHINE_FAULTS);
      struck.push(`${fault.name} at ${seconds(performance.now() - this.#begun)}`);
      this.#said += `\n--- ${fault.name}\n`;
      await fault.strike(this.#machine);
    }
  }

  /** A bad version is bad as soon as it has users. */
  async #break(candidate: string, badness: Badness, signal: AbortSignal): Promise<void> {
    const share = async () =>
      ((await weights(this.#project).read()) as Record<string, number>)[candidate] ?? 0;
    while (!signal.aborted && (await share().catch(() => 0)) === 0) await sleep(200);
    if (!signal.aborted) await orderFaults(this.#project, candidate, BAD[badness]);
  }

  async #mend(candidate: string, badness: Badness | undefined): Promise<void> {
    await orderFaults(this.#project, candidate, {});
    if (badness) await sleep(AFTER_MS);
    // What a bad version had of users' requests is over; a run that was killed at its end may have left the draining.
    spawnSync(ROLLOUT, ["run", "--stack", "beta"], { cwd: this.#project.projectDir, timeout: 60_000 });
  }

  #fails(): string[] {
    const told = spawnSync(ROLLOUT, ["check", "--stack", "beta", "--json"], {
      cwd: this.#project.projectDir,
      encoding: "utf8",
      timeout: 120_000,
    });
    const { results } = JSON.parse(told.stdout) as { results: { check: string; status: string }[] };
    return results.filter(({ status }) => status === "fail").map(({ check }) => check);
  }

  #pick<T>(list: readonly T[]): T {
    return list[wholeBetween(this.#random, 0, list.length - 1)]!;
  }
}

function lostText({ dueMs, lagMs, latencyMs, track, mistake }: ShotResult): string {
  return `due at ${seconds(dueMs)}, sent ${seconds(lagMs)} later, ended after ${seconds(latencyMs)}, ${track ?? "no track"}: ${mistake}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
