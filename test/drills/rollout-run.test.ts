import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Plan, planOf } from "../../rollout/core/plan.ts";
import { type RunningLoad, startLoad } from "../../rollout/load/load.ts";
import type { JournalEntry } from "../../rollout/platforms/platform.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { judgeOf } from "../../rollout/run/judge.ts";
import { run } from "../../rollout/run/run.ts";
import { orderFaults } from "../rehearsal/faults.ts";
import { projectCopy, removeCopies } from "../rehearsal/project.ts";
import { stickyClients } from "../rehearsal/sticky.ts";

// Whole rollouts on the real servers, with bakes of seconds.

const ROLLOUT = join(import.meta.dirname, "../../bin/rollout");

const GATES = { errorRate: { max: 0.05 }, latency: { p95: "1000ms" }, minRequests: 50 } as const;
const planWith = (first: number) => {
  const steps = [
    { weight: first, bake: "3s" },
    { weight: 100, bake: "3s" },
  ] as const;
  return planOf({ steps, gates: GATES, freeze: [] }, { keepSeconds: 0 });
};

afterAll(removeCopies);

describe("a rollout in the rehearsal", () => {
  const tracks = { blue: { weight: 100 }, green: { weight: 0 } };
  const project = projectCopy({ tracks, stickiness: "1h" });
  let status: Status;
  let load: RunningLoad;
  /** Requests that users sent in all. */
  let sent = 0;

  beforeAll(async () => {
    status = await rehearse.up(project);
  });

  function begin(
    beginning: { rollout: string; stable: string; candidate: string; plan: Plan },
    notify = async (_: JournalEntry) => {},
  ) {
    const platform = rehearsalPlatform(project);
    const { plan } = beginning;
    const done = run({
      platform,
      judge: judgeOf(plan),
      owner: "test",
      begin: beginning,
      notify,
      pollMs: 100,
    });
    return { platform, done };
  }

  function startTraffic() {
    const { url, domain, caFile } = status;
    load = startLoad({ url, domain, caFile, ratePerSecond: 200 });
  }

  it("takes a good candidate to 100 %, and no request is lost", async () => {
    startTraffic();
    const { platform, done } = begin({
      rollout: "first",
      stable: "blue",
      candidate: "green",
      plan: planWith(50),
    });
    expect(await done).toEqual({ outcome: "promoted", reason: "all steps passed" });
    const { requests, lost, reasons } = await load.stop();
    sent += requests;
    expect({ lost, reasons }).toEqual({ lost: 0, reasons: {} });
    expect(requests).toBeGreaterThan(500);
    const green = { blue: 0, green: 100 };
    expect(await platform.readWeights()).toMatchObject({ config: green, state: green, real: green });
    expect(readFileSync(`${project.projectDir}/Pulumi.beta.yaml`, "utf8")).toContain("rollout:stable: green");
    const { entries } = await platform.journal.read();
    const acts = entries.flatMap((entry) => (entry.kind === "intent" ? [entry.act.do] : []));
    expect(acts).toEqual(["backup", "migrate", "deploy", "smoke", "weights", "weights", "stable", "drain"]);
  });

  it("rolls a candidate with 5 % errors back, and takes along the clients that stuck to it", async () => {
    startTraffic();
    const sticky = stickyClients(status, 40);
    let rolledBack = Number.POSITIVE_INFINITY;
    const { platform, done } = begin(
      { rollout: "second", stable: "green", candidate: "blue", plan: planWith(25) },
      async (entry) => {
        if (entry.kind === "rollback") rolledBack = entry.at;
      },
    );
    await expect.poll(async () => (await platform.readRealWeights()).blue, { timeout: 30_000 }).toBe(25);
    await sticky.round();
    expect(sticky.last().filter((track) => track === "blue").length).toBeGreaterThan(0);
    await orderFaults(project, "blue", { errorRate: 0.05 });
    const result = await done;
    sent += (await load.stop()).requests;
    expect(result.outcome).toBe("rolled-back");
    expect(result.reason).toMatch(/^errors: /);
    expect(rolledBack).toBeLessThan(Number.POSITIVE_INFINITY);
    const green = { blue: 0, green: 100 };
    expect(await platform.readWeights()).toMatchObject({ config: green, state: green, real: green });
    await sticky.round();
    expect(new Set(sticky.last())).toEqual(new Set(["green"]));
    await orderFaults(project, "blue", {});
  });

  it("is told of in the day's digest, its post-mortem and an incident's messages", async () => {
    const rollout = async (...words: string[]) =>
      (await promisify(execFile)(ROLLOUT, [...words, "--stack", "beta"], { cwd: project.projectDir })).stdout;
    const [digest, postmortem, customers] = await Promise.all([
      rollout("digest", "--json"),
      rollout("postmortem", "--json"),
      rollout("incident", "--severity", "P1", "--since", "5m", "--audience", "customers"),
    ]);
    const { service, releases, stops, backups, cost, restore } = JSON.parse(digest);
    expect(releases).toMatchObject([
      { rollout: "first", outcome: "promoted" },
      { rollout: "second", outcome: "rolled-back" },
    ]);
    expect(stops).toMatchObject([{ rollout: "second", kind: "rollback" }]);
    // Smoke tests are requests, too.
    expect(service.all.requests).toBeGreaterThanOrEqual(sent);
    expect(service.all.errors).toBeGreaterThan(0);
    expect(service.all.availability).toBeCloseTo(1 - service.all.errors / service.all.requests, 12);
    const blue = service.tracks.find(({ name }: { name: string }) => name === "blue");
    expect(blue.latency.p50).toBeLessThanOrEqual(blue.latency.p99);
    expect(backups).toMatchObject({ late: false, taken: expect.any(Number) });
    expect(backups.taken).toBeGreaterThanOrEqual(2);
    expect(cost.monthlyUsd).toBeGreaterThan(0);
    // None was drilled here, which is no secret and no pass.
    expect(restore).toBeNull();

    const { candidate, detected, recoveredAt, impact, exposure } = JSON.parse(postmortem);
    expect([candidate, detected.by]).toEqual(["blue", "the gates"]);
    expect(recoveredAt).toBeGreaterThanOrEqual(detected.at);
    expect(exposure[0].percent).toBe(25);
    const failed = impact.tracks.find(({ track }: { track: string }) => track === "blue");
    expect(failed.errors).toBeGreaterThan(0);
    expect(failed.errors).toBeLessThanOrEqual(service.all.errors);
    expect(customers).toContain("It was withdrawn at once.");
    expect(customers).not.toMatch(/blue|green|127\.0\.0\.1|errors: /);
  });
});
