import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Comparison } from "../../rollout/load/compare.ts";
import { lengthMs, rampsOf } from "../../rollout/load/profile/stages.ts";
import { expectedIn } from "../../rollout/load/requests/arrivals.ts";
import type { LoadRun } from "../../rollout/load/result.ts";
import { rehearse } from "../../rollout/platforms/rehearsal/index.ts";
import { freePort } from "../../rollout/platforms/rehearsal/machine/ports.ts";
import { orderFaults } from "../rehearsal/faults.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";

// Profiles with more users, on a service that is well, slow and broken.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");
const project = projectCopy();
let well: Played;

beforeAll(async () => {
  await rehearse.up({ ...project, port: await freePort() });
});
afterAll(removeCopies);

type Played = LoadRun & { comparison?: Comparison; files: { data: string }; code: number | null };

async function load(...words: string[]): Promise<Played> {
  const child = spawn(ROLLOUT, ["load", ...words, "--json", "--stack", "beta"], {
    cwd: project.projectDir,
    env: { ...process.env, ROLLOUT_ON: undefined },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  const run = JSON.parse(out) as Played;
  const figures = run.verdicts.map(({ level, text }) => `${level}: ${text}`).join("; ");
  console.log(`${words.join(" ")}: ${figures}; the load's own delay p99 ${run.generator.lagP99} ms`);
  return { ...run, code };
}

async function fault(order: Record<string, number>): Promise<void> {
  for (const track of ["blue", "green"]) await orderFaults(project, track, order);
}

/** Of the seed or the machine, not of the service. */
function expectOpen({ requests, profile, generator }: Played): void {
  const expected = rampsOf(profile.stages).reduce((sum, ramp) => sum + expectedIn(ramp, 7000), 0);
  expect(lengthMs(profile.stages)).toBeGreaterThan(10_000);
  expect(Math.abs(requests - expected)).toBeLessThan(4 * Math.sqrt(expected));
  expect(generator.unsent).toBe(0);
}

it("serves 100 users as the plan asks", async () => {
  well = await load("--profile", "100", "--for", "20s");
  expectOpen(well);
  expect(well).toMatchObject({ code: 0, passed: true, carriedUsers: 100 });
  expect(well.right).toBe(well.requests);
});

it("sees a service that answers late, sends as much all the same, and calls it worse than before", async () => {
  await fault({ latencyMs: 5500 });
  const slow = await load("--profile", "100", "--for", "20s", "--compare", well.files.data);
  expectOpen(slow);
  expect(slow.requests).toBe(well.requests);
  expect(slow).toMatchObject({ code: 1, passed: false });
  expect(slow.verdicts[0]!.level).toMatch(/^(below|critical)$/);
  const says = Object.fromEntries(slow.comparison!.differences.map((each) => [each.figure, each.says]));
  expect(says).toMatchObject({ p50: "worse", p95: "worse" });
  expect(slow.comparison!.unlike.filter((each) => each !== "a load that fell behind")).toEqual([]);
});

it("fails a service of whose answers a third are errors, and names them", async () => {
  await fault({ errorRate: 0.33 });
  const broken = await load("--profile", "100", "--for", "15s");
  expect(broken).toMatchObject({ code: 1, passed: false });
  expect(broken.verdicts[1]).toMatchObject({ threshold: "success", level: "critical" });
  expect(broken.verdicts[2]).toMatchObject({ threshold: "users", level: "critical" });
  expect(Object.keys(broken.reasons)).toContain("POST /quotes answered 500");
  await fault({});
});

it("plays 1000 users on this machine", async () => {
  const many = await load("--profile", "1000", "--for", "30s");
  expectOpen(many);
  expect(many.right / many.requests).toBeGreaterThan(0.85);
});
