import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../rollout/clock.ts";
import { planOf } from "../../rollout/core/plan.ts";
import { type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import type { JournalEntry } from "../../rollout/platforms/platform.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { isRunning } from "../../rollout/platforms/rehearsal/machine/processes.ts";
import { Ledger } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { cacheClient } from "../../rollout/platforms/rehearsal/metrics/cache.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import type { Room } from "../../rollout/platforms/rehearsal/room.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { prepareChange } from "../../rollout/platforms/rehearsal/verbs/prepare.ts";
import { give } from "../../rollout/run/command.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { run } from "../../rollout/run/run.ts";
import { celery, foreignSkipped, hasForeign, python, SOURCES } from "../rehearsal/foreign.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

// Celery as it comes from PyPI: its worker as the app's worker, its command line as the app's job, over the rehearsal's own
// Redis with TLS and password.

const EVERY_SECONDS = 0.25;

const processes = {
  worker: { command: ["celery", "-A", "shop", "worker"], stopTimeout: "20s" },
  mailer: {
    command: ["celery", "-A", "shop", "worker", "--queues=mail"],
    with: "traffic",
    stopTimeout: "20s",
  },
  clean: { command: ["celery", "-A", "shop", "call", "shop.clean"], schedule: "rate(1 minute)" },
};

/** Never pulled here; its digest is what the app is told as its version. */
function image(digit: string): string {
  return `registry.example.com/shop@sha256:${digit.repeat(64)}`;
}

/** What a task wrote when it was done, in seconds since the epoch. */
interface Worked {
  number: number;
  track: string;
  version: string;
  began: number;
  ended: number;
}

afterAll(removeCopies);

describe.skipIf(!hasForeign)(`${foreignSkipped}Celery's worker and job`, () => {
  const project = projectCopy({
    tracks: {
      blue: { weight: 100, servers: 2, image: image("a") },
      green: { weight: 0, servers: 2, image: image("b") },
    },
    app: { processes },
    rehearsal: {
      processes: {
        worker: celery("worker", "--concurrency=2", "--loglevel=INFO", "--hostname=server-{port}@%h"),
        mailer: celery("worker", "--concurrency=1", "--queues=mail", "--hostname=mailer-{port}@%h"),
        clean: celery("call", "shop.clean", "--args=[1]"),
      },
    },
  });
  let load: RunningLoad;
  let beganAt: number;
  let room: Room;

  beforeAll(async () => {
    beganAt = Date.now();
    const { url, domain, caFile } = await rehearse.up(project);
    room = await prepareChange(project, placeIn(project));
    load = startLoad({ url, domain, caFile, ratePerSecond: 100 });
  });
  afterAll(() => load?.stop());

  const ledger = () => Ledger.openOrFail(placeIn(project));
  const running = (name: string) =>
    Object.values(ledger().state.processes).filter(
      (record) => record.runs?.name === name && !record.runs.ending && isRunning(record),
    );
  const tracksOf = (name: string) => running(name).map(({ runs }) => runs?.track);
  const noted = async (list: string): Promise<Worked[]> => {
    const cache = cacheClient(room);
    await cache.connect();
    const lines = await cache.lRange(list, 0, -1);
    cache.destroy();
    return lines.map((line) => JSON.parse(line) as Worked);
  };

  test("the ledger says which version's workers run where, since when", () => {
    const versions = new Map(ledger().state.servers.map(({ id, version }) => [id, version]));
    const told = running("worker").map(({ runs }) => runs);
    expect(told).toEqual(
      ["blue-1", "blue-2"].map((server) => ({
        name: "worker",
        kind: "worker",
        track: "blue",
        server,
        version: versions.get(server),
        since: expect.stringMatching(/^\d{4}-.*Z$/),
      })),
    );
    expect(tracksOf("mailer")).toEqual(["blue", "blue"]);
  });

  test("each task is done once, through a promotion and a rollback, by the version whose turn it was", {
    timeout: 600_000,
  }, async ({ onTestFailed }) => {
    const tasks = sending(project);
    const platform = rehearsalPlatform(project);
    const plan = planOf(
      {
        steps: [
          { weight: 50, bake: "4s" },
          { weight: 100, bake: "4s" },
        ],
        gates: { errorRate: { max: 0.05 }, latency: { p95: "1000ms" }, minRequests: 50, alarms: false },
        freeze: [],
      },
      { keepSeconds: 30 },
    );
    const begin = { rollout: "first", stable: "blue", candidate: "green", plan };
    const done = run({ platform, judge: judgeOf(plan), owner: "test", begin, pollMs: 100 });

    const journal = async () => (await platform.journal.read()).entries;
    onTestFailed(async () =>
      console.log((await journal()).map((entry) => JSON.stringify(entry).slice(0, 300))),
    );
    const moved = async (track: string) => window(await journal(), track);
    // At half of the traffic each version has its mailers, while the workers are still stable's.
    await expect
      .poll(() => tracksOf("mailer"), { timeout: 300_000, interval: 100 })
      .toEqual(["blue", "blue", "green", "green"]);
    expect(tracksOf("worker")).toEqual(["blue", "blue"]);
    await expect.poll(() => moved("green"), { timeout: 300_000 }).toBeDefined();
    await expect.poll(() => tracksOf("worker"), { timeout: 30_000 }).toEqual(["green", "green"]);
    expect(tracksOf("mailer")).toEqual(["green", "green"]);
    // Long enough for the candidate's workers to have their share.
    await expect
      .poll(async () => (await noted("worked")).some(({ track }) => track === "green"), { timeout: 30_000 })
      .toBe(true);
    await give(platform, systemClock, "rollback", "ann");
    await expect.poll(() => moved("blue"), { timeout: 120_000 }).toBeDefined();
    expect(tracksOf("worker")).toEqual(["blue", "blue"]);
    expect(tracksOf("mailer")).toEqual(["blue", "blue"]);

    const isBack = ({ track, began }: Worked) => track === "blue" && began * 1000 > back;
    const back = (await moved("blue"))!.to;
    await expect.poll(async () => (await noted("worked")).some(isBack), { timeout: 60_000 }).toBe(true);

    const sent = await tasks.stop();
    const worked = async () => (await noted("worked")).length;
    await expect.poll(worked, { timeout: 60_000 }).toBeGreaterThanOrEqual(sent);
    const all = await noted("worked");
    const numbers = all.map(({ number }) => number).toSorted((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: sent }, (_, number) => number));

    const [promoted, returned] = [await moved("green"), await moved("blue")];
    const wrong = all.filter(({ track, began }) => {
      const at = began * 1000;
      // While they change, both may take some.
      if (at < promoted!.from || at > returned!.to) return track !== "blue";
      return at > promoted!.to && at < returned!.from && track !== "green";
    });
    expect(wrong).toEqual([]);
    expect(new Set(all.map(({ track }) => track))).toEqual(new Set(["blue", "green"]));
    const versions: Record<string, string> = { blue: "a".repeat(12), green: "b".repeat(12) };
    expect(all.filter(({ track, version }) => version !== versions[track])).toEqual([]);
    expect(await done).toMatchObject({ outcome: "rolled-back" });

    await expect.poll(async () => (await noted("posted")).length, { timeout: 30_000 }).toBe(sent);
    const posted = await noted("posted");
    expect(new Set(posted.map(({ number }) => number)).size).toBe(sent);
    const [shared, whole, returning] = trafficMoves(await journal());
    const astray = posted.filter(({ track, began }) => {
      const at = began * 1000;
      if (at < shared!.from || at > returning!.to) return track !== "blue";
      return at > whole!.to && at < returning!.from && track !== "green";
    });
    expect(astray).toEqual([]);
    expect(new Set(posted.map(({ track }) => track))).toEqual(new Set(["blue", "green"]));
  });

  test("the job has run once each minute for the stack, though two servers could", async () => {
    await expect
      .poll(async () => (await noted("cleaned")).length, { timeout: 90_000 })
      .toBeGreaterThanOrEqual(2);
    const times = (await noted("cleaned")).length;
    expect(times).toBeLessThanOrEqual(Math.ceil((Date.now() - beganAt) / 60_000));
    const log = readFileSync(join(placeIn(project).logs, "jobs.log"), "utf8");
    expect(log.match(/ clean: on /g)?.length).toBe(times);
    expect(log).not.toMatch(/ clean: failed/);
  });

  test("a worker that is killed is started again, and counted", async () => {
    const [worker] = running("worker");
    const children = () =>
      readFileSync(`/proc/${worker!.pid}/task/${worker!.pid}/children`, "utf8").trim().split(" ").map(Number);
    const [before] = children();
    process.kill(before!, "SIGKILL");
    await expect.poll(() => children()[0], { timeout: 20_000 }).not.toBe(before);
    await expect
      .poll(() => readFileSync(worker!.log, "utf8"), { timeout: 20_000 })
      .toContain('"ProcessRestarts":1');
    expect(running("worker").map(({ pid }) => pid)).toContain(worker!.pid);
    const { processes } = await rehearse.status(project);
    expect(processes).toMatchObject([
      { name: "clean", kind: "job", track: "blue", schedule: "rate(1 minute)" },
      { name: "mailer", kind: "worker", track: "blue", running: 2, restarts: 0 },
      {
        name: "worker",
        kind: "worker",
        track: "blue",
        version: worker!.runs!.version,
        running: 2,
        restarts: 1,
      },
    ]);
    const [job] = processes as { next: string }[];
    expect(Date.parse(job!.next)).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  test("`down` stops all of it, and lets a task that is under way end", async () => {
    const received = tail(running("worker"), /shop\.work.*received/g);
    const last = sending(project);
    const records = Object.values(ledger().state.processes);
    await expect
      .poll(() => tail(running("worker"), /shop\.work.*received/g), { timeout: 30_000 })
      .toBeGreaterThan(received);
    await last.stop();
    const { stopped } = await rehearse.down({ ...project, force: true });
    expect(stopped).toEqual(
      expect.arrayContaining(["jobs", expect.stringMatching(/^blue-\d\.worker-\d\.process$/)]),
    );
    expect(records.filter(isRunning)).toEqual([]);
  });
});

/** When the workers were told to move to a track, and when all had been; milliseconds since the epoch. */
function window(entries: readonly JournalEntry[], track: string): { from: number; to: number } | undefined {
  return windowsOf(entries, (act) => act.do === "stable" && act.track === track).at(-1);
}

/** When green got its first share, when it got all, and when blue got all again. */
function trafficMoves(entries: readonly JournalEntry[]) {
  const moves = (track: string, least: number) =>
    windowsOf(
      entries,
      (act) => (act.do === "weights" || act.do === "weights-now") && (act.weights[track] ?? 0) >= least,
    );
  return [moves("green", 1)[0], moves("green", 100)[0], moves("blue", 100).at(-1)];
}

type Intent = Extract<JournalEntry, { kind: "intent" }>;

function windowsOf(entries: readonly JournalEntry[], isMeant: (act: Intent["act"]) => boolean) {
  const intents = entries.filter((entry): entry is Intent => entry.kind === "intent" && isMeant(entry.act));
  return intents.flatMap(({ id, at }) => {
    const done = entries.find((entry) => entry.kind === "done" && entry.id === id);
    // A worker takes a moment to begin, and one that ends works on for as long as a task takes.
    return done ? [{ from: at, to: done.at + 3_000 }] : [];
  });
}

function tail(records: { log: string }[], form: RegExp): number {
  return records.reduce((sum, { log }) => sum + (readFileSync(log, "utf8").match(form)?.length ?? 0), 0);
}

/** Enqueues tasks with Celery's own client, with a server's environment, until it is stopped; then it says how many. */
function sending(project: ReturnType<typeof projectCopy>): { stop(): Promise<number> } {
  const file = join(placeIn(project).folder, "servers/blue-1/app.env");
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  const env = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const child = spawn(python("python"), ["-c", `import shop; shop.send(${EVERY_SECONDS})`], {
    env,
    cwd: SOURCES,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (data) => {
    said += data;
  });
  const ended = once(child, "close");
  return {
    async stop() {
      child.stdin.end();
      await ended;
      return Number(said);
    },
  };
}
