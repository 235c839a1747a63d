import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, it } from "vitest";
import { planOf } from "../../rollout/core/plan.ts";
import { startLoad } from "../../rollout/load/load.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout.ts";
import type { ControllerOptions } from "./controller.ts";
import { projectCopy, removeCopies } from "./project.ts";

afterAll(removeCopies);

const plan = planOf(
  {
    steps: [
      { weight: 50, bake: "2s" },
      { weight: 100, bake: "2s" },
    ],
    gates: { errorRate: { max: 0.05 }, latency: { p95: "2000ms" }, minRequests: 50 },
    freeze: [],
  },
  { keepSeconds: 0 },
);

it("a controller that is killed at every write of its journal finishes all the same, and no request is lost", async () => {
  const project = projectCopy({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });
  const { url, domain, caFile } = await rehearse.up(project);
  const load = startLoad({ url, domain, caFile, ratePerSecond: 150 });
  const killsFile = join(project.projectDir, "kills.json");
  const { projectDir, stateDir, stack } = project;
  const begin = { rollout: "crashing", stable: "blue", candidate: "green", plan };
  const options: ControllerOptions = { projectDir, stateDir, stack, begin, killsFile };

  let runs = 0;
  let ended: Awaited<ReturnType<typeof controller>>;
  do {
    runs += 1;
    ended = await controller(options);
  } while (ended.signal === "SIGKILL" && runs < 60);
  const { lost, reasons } = await load.stop();

  expect(ended.out, ended.err).toBe('{"outcome":"promoted","reason":"all steps passed"}');
  expect({ lost, reasons }).toEqual({ lost: 0, reasons: {} });
  const killedAt = JSON.parse(readFileSync(killsFile, "utf8")).map((sort: string) => JSON.parse(sort).kind);
  expect(new Set(killedAt)).toEqual(
    new Set(["begin", "intent", "done", "lost", "verified", "passed", "ended"]),
  );
  const platform = rehearsalPlatform(project);
  const green = { blue: 0, green: 100 };
  expect(await platform.readWeights()).toEqual({ config: green, state: green, real: green });
  // No step that was done is done again.
  const { entries } = await platform.journal.read();
  expect(entries.filter(({ kind }) => kind === "begin")).toHaveLength(1);
  expect(entries.flatMap((entry) => (entry.kind === "passed" ? [entry.step] : []))).toEqual([0, 1]);
  const done = entries.flatMap((entry) => (entry.kind === "done" ? [entry.id] : []));
  const acts = entries.flatMap((entry) =>
    entry.kind === "intent" && done.includes(entry.id) ? [entry.act.do] : [],
  );
  expect(acts).toEqual(["backup", "migrate", "deploy", "smoke", "weights", "weights", "stable", "drain"]);
});

async function controller(options: ControllerOptions) {
  const file = join(import.meta.dirname, "controller.ts");
  const child = spawn(process.execPath, [file, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, [, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return { out, err, signal };
}
