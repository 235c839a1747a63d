import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import type { JournalEntry } from "../../rollout/platforms/platform.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { TYPING, typed } from "../rehearsal/typed.ts";
import { ROOT } from "../support/sample.ts";

// The last step with sessions, by the commands as a person types them and a real HAProxy. The users are curl's, each with a jar
// of its own: curl keeps and drops cookies as it does, and knows nothing of tracks.

const DRAIN_S = 14;
const IDLE_S = 5;
const project = projectCopy({
  tracks: { blue: { weight: 100 }, green: { weight: 0 } },
  stickiness: `${IDLE_S}s`,
  limits: { requestsPerMinute: 100_000 },
  plan: {
    steps: [{ weight: 100, bake: "3s" }],
    gates: { errorRate: { max: 0.05 }, latency: { p95: "5s" }, minRequests: 20, alarms: false },
    sessions: { drain: `${DRAIN_S}s` },
  },
});
const config = () => readFileSync(join(project.projectDir, "Pulumi.beta.yaml"), "utf8");
let status: Status;
let load: RunningLoad;

beforeAll(async () => {
  status = await rehearse.up({ ...project, port: await freePort() });
  const { url, domain, caFile } = status;
  // Clients without cookies, for the gates.
  load = startLoad({ url, domain, caFile, ratePerSecond: 40 });
});
afterAll(async () => {
  const { lost } = (await load?.stop()) ?? {};
  await removeCopies();
  expect(lost).toBe(0);
});

/** Which track answers a user of curl's. @param jar the file with his cookies; left out: a new one */
async function asks(jar?: string): Promise<string> {
  const cookies = jar === undefined ? [] : ["--cookie", jar, "--cookie-jar", jar];
  const words = [
    "--silent",
    "--fail",
    "--cacert",
    status.caFile,
    ...cookies,
    "--dump-header",
    "-",
    "--output",
    "/dev/null",
  ];
  const { stdout } = await promisify(execFile)("curl", [...words, `${status.url}/version`]);
  return /^x-track: (\w+)/im.exec(stdout)?.[1] ?? "none";
}

const jars = (name: string, count = 3) =>
  Array.from({ length: count }, (_, index) => join(project.root, `${name}-${index}.jar`));

interface Round {
  from: number;
  to: number;
  held: string[];
  fresh: string;
}

/** Users who ask again and again, and one newcomer each time, until told to stop. */
function visiting(held: string[]): () => Promise<Round[]> {
  const rounds: Round[] = [];
  let stopped = false;
  const going = (async () => {
    while (!stopped) {
      const from = Date.now();
      const [fresh, ...tracks] = await Promise.all([asks(), ...held.map(asks)]);
      rounds.push({ from, to: Date.now(), held: tracks, fresh: fresh! });
      await sleep(300);
    }
  })();
  return async () => {
    stopped = true;
    await going;
    return rounds;
  };
}

/** `rollout run`, until it has ended. */
function running(candidate: string) {
  const words = ["run", "--candidate", candidate, "--stack", "beta"];
  const child = spawn(join(ROOT, "bin/rollout"), words, {
    cwd: project.projectDir,
    env: TYPING,
    stdio: "ignore",
  });
  return once(child, "exit").then(([code]) => code as number);
}

async function entries(): Promise<JournalEntry[]> {
  const all = (await rehearsalPlatform(project).journal.read()).entries;
  return all.slice(all.findLastIndex(({ kind }) => kind === "begin"));
}

const isDraining = (entry: JournalEntry) => entry.kind === "verified" && entry.draining !== undefined;

async function draining(before: number): Promise<void> {
  const drains = async () => (await entries()).some((entry) => isDraining(entry) && entry.at > before);
  await expect.poll(drains, { timeout: 90_000, interval: 200 }).toBe(true);
}

/** Between what was read back and what was to be done next. */
async function drain(): Promise<{ from: number; until: number; over: number }> {
  const all = await entries();
  const from = all.findIndex(isDraining);
  const act = all.findIndex(({ kind }, index) => index > from && (kind === "intent" || kind === "rollback"));
  const over = all.findIndex(({ kind }, index) => index > act && kind === "verified");
  return { from: all[from]!.at, until: all[act]!.at, over: all[over]!.at };
}

test("who has a session keeps it through the last step until the drain is over; newcomers meet the candidate", {
  timeout: 180_000,
}, async () => {
  const [idle, ...busy] = jars("old", 4);
  for (const jar of [idle!, ...busy]) expect(await asks(jar)).toBe("blue");
  const begun = Date.now();
  const done = visiting(busy);
  const exit = running("green");
  await draining(begun);
  expect(config()).toContain("rollout:draining: blue\n");
  // Idle for longer than a session lasts.
  expect(await asks(idle)).toBe("green");
  // What applies the config in between changes nothing.
  const before = await rehearsalPlatform(project).readWeights();
  expect((await typed(project, "rehearse", "apply")).code).toBe(0);
  expect(await rehearsalPlatform(project).readWeights()).toEqual(before);
  expect(before.draining).toEqual({ config: "blue", state: "blue", real: "blue" });
  const told = await typed(project, "status");
  expect(told.out).toMatch(
    /^drains {2}blue keeps its sessions, \d+\.\d requests\/s \(\d+(\.\d+)? % of all\), \d+ s more at most$/m,
  );
  expect(await exit).toBe(0);
  await sleep(1_000);
  const rounds = await done();
  const { from, until, over } = await drain();
  expect(until - from).toBeGreaterThanOrEqual(DRAIN_S * 1000);
  expect(until - from).toBeLessThan((DRAIN_S + 3) * 1000);
  const during = rounds.filter((round) => round.from > from && round.to < until);
  expect(during.length).toBeGreaterThan(10);
  for (const round of rounds.filter(({ to }) => to < until))
    expect(round.held).toEqual(["blue", "blue", "blue"]);
  for (const { fresh } of during) expect(fresh).toBe("green");
  const after = rounds.filter((round) => round.from > over);
  expect(after.length).toBeGreaterThan(0);
  for (const { held, fresh } of after) expect(new Set([...held, fresh])).toEqual(new Set(["green"]));
  expect(config()).not.toContain("rollout:draining");
  expect(config()).toContain("rollout:stable: green\n");
});

test("a rollback in the drain takes everybody at once", { timeout: 180_000 }, async () => {
  const held = jars("kept");
  for (const jar of held) expect(await asks(jar)).toBe("green");
  const begun = Date.now();
  const done = visiting(held);
  const exit = running("blue");
  await draining(begun);
  const moved = jars("moved");
  for (const jar of moved) expect(await asks(jar)).toBe("blue");
  expect((await typed(project, "rollback")).code).toBe(0);
  expect(await exit).toBe(1);
  for (const jar of [...moved, ...held]) expect(await asks(jar)).toBe("green");
  const rounds = await done();
  // Who was kept never left.
  for (const round of rounds) expect(round.held).toEqual(["green", "green", "green"]);
  const acts = (await entries()).flatMap((entry) => (entry.kind === "intent" ? [entry.act] : []));
  expect(acts.filter((act) => act.do.startsWith("weights")).map((act) => act.do)).toEqual([
    "weights",
    "weights-now",
  ]);
  expect(config()).not.toContain("rollout:draining");
  expect(await rehearsalPlatform(project).readWeights()).toMatchObject({
    config: { blue: 0, green: 100 },
    real: { blue: 0, green: 100 },
    draining: {},
  });
});
