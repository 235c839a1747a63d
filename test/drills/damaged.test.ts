import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planOf } from "../../rollout/core/plan.ts";
import { drillFiles } from "../../rollout/drill/drill-files.ts";
import { recordOf } from "../../rollout/drill/record.ts";
import { UserError } from "../../rollout/errors.ts";
import { captureGraph } from "../../rollout/graph/capture.ts";
import type { Graph } from "../../rollout/graph/model.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { startTimeOf } from "../../rollout/platforms/rehearsal/machine/identity.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { Ledger } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

// Every file that a rehearsal keeps its state in, damaged in every way, before every verb: what can't be believed is named, with the
// way out, and nobody sees a stack trace. `down` takes away what runs all the same.

const project = projectCopy({
  tracks: { blue: { weight: 100, servers: 1 }, green: { weight: 0, servers: 1 } },
});
let graph: Graph;
const options = () => ({ ...project, capture: async () => graph });
const folder = join(project.stateDir, project.stack);

const FILES: Record<string, string> = {
  "the stack's record": join(folder, "state.json"),
  "the passwords": join(folder, "secrets.json"),
  "the balancer's record": join(folder, "haproxy", "balancer.json"),
  "the published flags": join(folder, "flags", "published.json"),
  "the order of the alarms": join(folder, "alarms", "order.json"),
  "the board of the alarms": join(folder, "alarms", "board.json"),
  "an entry of the journal": join(folder, "logs", "rollout", "journal", "000001.json"),
  "a drill's record": join(folder, "drills", "restore-20261121T091420Z.json"),
};

const DAMAGES: Record<string, (text: string) => string> = {
  "cut short": (text) => text.slice(0, -3),
  halved: (text) => text.slice(0, text.length / 2),
  "filled with noise": (text) => Buffer.from(Array.from(text, (_, i) => (i * 7919) & 255)).toString("latin1"),
  emptied: (_) => "",
  "another document": (_) => "[]",
  null: () => "null",
  "of another version": (text) => JSON.stringify({ ...JSON.parse(text), version: 99, kind: "grown" }),
  "with an entry missing": (text) =>
    JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).slice(1))),
};

const VERBS: Record<string, () => Promise<unknown>> = {
  "rehearse status": () => rehearse.status(options()),
  "rehearse apply": () => rehearse.apply(options()),
  "rehearse up": () => rehearse.up(options()),
  status: async () => rehearsalPlatform(options()).readWeights(),
  run: async () => rehearsalPlatform(options()).journal.read(),
  "the gates": async () => rehearsalPlatform(options()).alarms?.("blue"),
  "the smoke tests": async () => rehearsalPlatform(options()).smoke("blue"),
  rollback: async () => rehearsalPlatform(options()).setWeightsNow({ blue: 100 }),
  "the drills": () => drillFiles(folder).read(),
};

beforeAll(async () => {
  await rehearse.up({ ...project, port: await freePort() });
  graph = await captureGraph({ projectDir: project.projectDir, stack: project.stack });
  const { journal } = rehearsalPlatform(project);
  const plan = planOf({
    steps: [{ weight: 100, bake: "1s" }],
    gates: { errorRate: { max: 0.05 }, latency: { p95: "500ms" }, minRequests: 50 },
    freeze: [],
  });
  const about = { at: 1, by: "test" };
  let version: string | null = null;
  for (const entry of [
    { kind: "begin", rollout: "r1", stable: "blue", candidate: "green", plan, ...about },
    { kind: "intent", id: 1, act: { do: "backup", name: "x" }, ...about },
    { kind: "done", id: 1, ...about },
  ] as const)
    version = await journal.append(entry, version);
  const at = Date.UTC(2026, 10, 21, 9, 14, 20);
  await drillFiles(folder).write(
    recordOf({
      drill: "restore",
      stack: "beta",
      on: "rehearsal",
      startedAt: at,
      endedAt: at,
      by: "test",
      checks: [],
      figures: {},
      facts: {},
    }),
  );
});
afterAll(removeCopies);

describe.each(Object.entries(FILES))("%s", (_, file) => {
  it.each(Object.entries(DAMAGES))("%s", async (_, damage) => {
    const sound = readFileSync(file);
    const seen: string[] = [];
    for (const [verb, work] of Object.entries(VERBS)) {
      writeFileSync(file, damage(sound.toString()));
      try {
        await work();
      } catch (error) {
        seen.push(verb);
        expect(error, `${verb}: ${(error as Error).stack}`).toBeInstanceOf(UserError);
        const { message } = error as Error;
        expect(message, verb).toContain(file);
        expect(message, "a way out").toMatch(/rehearse (down|apply)|Remove it|anew|aside/);
        expect(message).not.toMatch(/\n\s+at /);
      } finally {
        writeFileSync(file, sound);
      }
    }
    console.log(`${file.slice(folder.length + 1)}: refused by ${seen.join(", ") || "nobody"}`);
  });

  it("missing", async () => {
    const sound = readFileSync(file);
    for (const [verb, work] of Object.entries(VERBS)) {
      // A missing file of passwords is a new one, and a missing record a stack that isn't up.
      if (file.endsWith("secrets.json") || file.endsWith("state.json")) continue;
      rmSync(file, { force: true });
      try {
        await work();
      } catch (error) {
        expect(error, `${verb}: ${(error as Error).stack}`).toBeInstanceOf(UserError);
      } finally {
        writeFileSync(file, sound);
      }
    }
  });
});

it("no password is made in a broken one's place", async () => {
  const file = FILES["the passwords"]!;
  const sound = readFileSync(file, "utf8");
  writeFileSync(
    file,
    sound.replace(/": "\w/, (text) => `${text.slice(0, -1)}${text.endsWith("a") ? "b" : "a"}`),
  );
  await expect(rehearse.apply(options())).rejects.toThrow("it isn't what was written");
  writeFileSync(file, sound);
});

it("`down` takes away what it finds, whatever the record says", async () => {
  const { processes } = Ledger.openOrFail(placeIn(project)).state;
  const running = Object.values(processes).filter(({ pid, started }) => startTimeOf(pid) === started);
  expect(running.length).toBeGreaterThan(6);
  writeFileSync(FILES["the stack's record"]!, "{ noise");
  mkdirSync(join(folder, "restored"), { recursive: true });
  writeFileSync(join(folder, "restored", "state.json"), "");
  const { stopped } = await rehearse.down(options());
  expect(stopped.length).toBeGreaterThan(6);
  for (const { pid, started, log } of running) expect(startTimeOf(pid), log).not.toBe(started);
  expect(readdirSync(folder).sort()).toEqual(["drills", "logs"]);
});
