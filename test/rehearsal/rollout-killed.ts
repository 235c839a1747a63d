import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import { planOf } from "../../rollout/core/plan.ts";
import { startLoad } from "../../rollout/load/load.ts";
import type { JournalEntry, Reading } from "../../rollout/platforms/platform.ts";
import { listBackups } from "../../rollout/platforms/rehearsal/backups/repository.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import type { ControllerOptions, Kill, Moment } from "./controller.ts";
import { storeOf } from "./database.ts";
import { projectCopy } from "./project.ts";

const plan = planOf(
  {
    steps: [
      { weight: 50, bake: "1s" },
      { weight: 100, bake: "1s" },
    ],
    gates: { errorRate: { max: 0.05 }, latency: { p95: "2000ms" }, minRequests: 50 },
    freeze: [],
  },
  { keepSeconds: 0 },
);
const GREEN = { blue: 0, green: 100 };

/** The acts of a rollout by {@link plan}, in order, and what else it writes. */
const ACTS = [
  '{"do":"backup","name":"before-crashing"}',
  '{"do":"migrate","name":"crashing","track":"green"}',
  '{"do":"deploy","track":"green"}',
  '{"do":"smoke","track":"green"}',
  '{"do":"weights","weights":{"blue":50,"green":50}}',
  '{"do":"weights","weights":{"green":100}}',
  '{"do":"stable","track":"green"}',
  '{"do":"drain","track":"blue"}',
];
const PLAIN_WRITES = [
  "begin",
  'verified {"blue":100}',
  'verified {"blue":50,"green":50}',
  "passed 0",
  'verified {"green":100}',
  "passed 1",
  "ended",
];

export interface Survived {
  kills: Kill[];
  /** The weights in the three places while nobody ran, after each kill. */
  between: Reading[];
  entries: JournalEntry[];
}

/**
 * A whole rollout on real servers under load, whose controller is killed at each write of its journal in turn and started
 * again each time. Asserts what must hold whatever it is killed at: it is promoted in the end, no request is lost, nothing
 * that is done is done again.
 *
 * @param moments when a write kills; each write kills once at each of them
 */
export async function killedAtEveryWrite(moments: Moment[]): Promise<Survived> {
  const project = projectCopy({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });
  const status = await rehearse.up({ ...project, port: await freePort() });
  const { url, domain, caFile } = status;
  const load = startLoad({ url, domain, caFile, ratePerSecond: 100 });
  const platform = rehearsalPlatform(project);
  const { projectDir, stateDir, stack } = project;
  const killsFile = join(projectDir, "kills.ndjson");
  const begin = { rollout: "crashing", stable: "blue", candidate: "green", plan };
  const options: ControllerOptions = { projectDir, stateDir, stack, begin, moments, killsFile };

  const between: Reading[] = [];
  let ended = await controller(options);
  while (ended.signal === "SIGKILL" && between.length < 300) {
    between.push(await platform.readWeights());
    ended = await controller(options);
  }
  const { lost, reasons, requests } = await load.stop();
  const kills = existsSync(killsFile) ? readFileSync(killsFile, "utf8").trimEnd().split("\n") : [];
  console.log(`controllers killed: ${between.length}; requests: ${requests}, lost: ${lost}`);

  expect(ended.out, ended.err).toBe('{"outcome":"promoted","reason":"all steps passed"}');
  expect({ lost, reasons }).toEqual({ lost: 0, reasons: {} });
  expect(await platform.readWeights()).toMatchObject({ config: GREEN, state: GREEN, real: GREEN });
  const { entries } = await platform.journal.read();
  expectNothingTwice(entries);
  const backups = await listBackups(storeOf(project));
  expect(backups.flatMap(({ name }) => name ?? [])).toEqual(["before-crashing"]);
  expect(pidsOf(await rehearse.status(project))).toEqual(pidsOf(status));
  return { kills: kills.map((line) => JSON.parse(line)), between, entries };
}

/** Every write of a run whose acts are all interrupted, as {@link Kill.write} has them. */
export function allWrites(): string[] {
  return [...PLAIN_WRITES, ...ACTS.flatMap((act) => [`intent ${act}`, `lost ${act}`, `done ${act}`])].sort();
}

/** Every write of a run that nothing interrupts. */
export function plainWrites(): string[] {
  return [...PLAIN_WRITES, ...ACTS.flatMap((act) => [`intent ${act}`, `done ${act}`])].sort();
}

function expectNothingTwice(entries: JournalEntry[]): void {
  expect(entries.filter(({ kind }) => kind === "begin")).toHaveLength(1);
  expect(entries.flatMap((entry) => (entry.kind === "passed" ? [entry.step] : []))).toEqual([0, 1]);
  const ends = entries.flatMap((entry) =>
    entry.kind === "done" || entry.kind === "lost" || entry.kind === "failed" ? [entry.id] : [],
  );
  const intents = entries.flatMap((entry) => (entry.kind === "intent" ? [entry] : []));
  // Each intent has one end.
  expect([...ends].sort((a, b) => a - b)).toEqual(intents.map(({ id }) => id));
  const done = new Set(entries.flatMap((entry) => (entry.kind === "done" ? [entry.id] : [])));
  const acts = intents.filter(({ id }) => done.has(id)).map(({ act }) => JSON.stringify(act));
  // Weights that were reached before their end could be written are read back, and not set again.
  expect(acts).toEqual(ACTS.filter((act) => acts.includes(act) || !act.includes('"weights"')));
}

/** No server was started anew. */
function pidsOf({ servers }: Status) {
  return servers.map(({ id, pids }) => ({ id, pids }));
}

async function controller(options: ControllerOptions) {
  const file = join(import.meta.dirname, "controller.ts");
  const child = spawn(process.execPath, [file, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: join(options.projectDir, ".compiled") },
  });
  const [out, err, [, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { out, err, signal };
}
