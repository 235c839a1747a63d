import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Held } from "../../rollout/platforms/held.ts";
import { JournalConflict, type JournalEntry } from "../../rollout/platforms/platform.ts";
import { layoutOf } from "../../rollout/platforms/rehearsal/balancer/balancing.ts";
import { rehearse, type Status } from "../../rollout/platforms/rehearsal/index.ts";
import { Ledger } from "../../rollout/platforms/rehearsal/machine/state.ts";
import { rehearsalPlatform } from "../../rollout/platforms/rehearsal/rollout/platform.ts";
import { placeIn } from "../../rollout/platforms/rehearsal/verbs/options.ts";
import { orderFaults } from "../rehearsal/faults.ts";
import { counted, get, projectCopy, removeCopies, traffic } from "../rehearsal/project.ts";

// The running rehearsal behind the interface that a rollout works with.

afterAll(removeCopies);

describe("the rehearsal as a rollout's platform", () => {
  const project = projectCopy({ tracks: { blue: { weight: 100 }, green: { weight: 0 } } });
  let status: Status;
  let ca: string;
  let platform: ReturnType<typeof rehearsalPlatform>;

  beforeAll(async () => {
    status = await rehearse.up(project);
    ca = readFileSync(status.caFile, "utf8");
    platform = rehearsalPlatform(project);
  });

  it("reads the weights in all three places", async () => {
    const blue = { blue: 100, green: 0 };
    expect(await platform.readWeights()).toMatchObject({ config: blue, state: blue, real: blue });
  });

  it("has the track's servers, and finds it fit", async () => {
    await platform.deploy("green");
    expect(await platform.capacity("green", 100)).toEqual({
      asked: 1,
      healthy: 1,
      need: 1,
      most: 1,
      enough: true,
    });
    const { passed, details, version } = await platform.smoke("green");
    expect(passed, details.join("\n")).toBe(true);
    expect(details).toHaveLength(6);
    expect(version).toMatch(/^[0-9a-f]{12}$/);
  });

  it("says what is wrong with a track that fails", async () => {
    await orderFaults(project, "green", { errorRate: 1 });
    const { passed, details } = await platform.smoke("green");
    expect(passed).toBe(false);
    expect(details).toContain("version (GET /version): FAILED, answers 500, not 200");
    await orderFaults(project, "green", {});
  });

  it("sets the weights in config, state and balancer, comments kept and no request lost", async () => {
    const file = join(project.projectDir, "Pulumi.beta.yaml");
    writeFileSync(file, `# mine\n${readFileSync(file, "utf8")}`);
    const stop = traffic(status.url, ca);
    await platform.setWeights({ blue: 75, green: 25 });
    await platform.setWeightsNow({ blue: 60, green: 40 });
    expect((await stop()).failed).toBe(0);
    const weights = { blue: 60, green: 40 };
    expect(await platform.readWeights()).toMatchObject({ config: weights, state: weights, real: weights });
    expect(readFileSync(file, "utf8")).toMatch(/^# mine\n/);
  });

  it("counts each second's answers, errors and slow ones by track, also those before it was asked", async () => {
    const since = Math.floor(Date.now() / 1000);
    await platform.metrics(since);
    await sleep(1100);
    const before = sums((await platform.metrics(since)).seconds);
    await orderFaults(project, "green", { errorRate: 1, latencyMs: 700 });
    const tally = await counted(status.url, ca, 50);
    await orderFaults(project, "green", {});
    await sleep(2300);
    const { seconds, through } = await platform.metrics(since);
    expect(through).toBeGreaterThan(since);
    const counts = sums(seconds);
    expect(counts.green!.requests - (before.green?.requests ?? 0)).toBe(tally.failed);
    expect(counts.green).toMatchObject({ errors: tally.failed, slow: tally.failed });
    expect(counts.blue!.errors).toBe(0);
    const other = sums((await rehearsalPlatform(project).metrics(since)).seconds);
    expect(other).toEqual(counts);
  });

  it("waits for a track's last requests, also while the balancer can't be asked", async () => {
    await platform.setWeights({ blue: 100, green: 0 });
    await orderFaults(project, "green", { latencyMs: 4_000 });
    const last = get(`${status.url}/version`, ca, { "x-rollout-track": "green" });
    await sleep(500);
    const { socket } = layoutOf(Ledger.openOrFail(placeIn(project)));
    renameSync(socket, `${socket}.away`);
    const drained = platform.drain("green");
    await sleep(1_500);
    renameSync(`${socket}.away`, socket);
    await drained;
    expect(await Promise.race([last, "still waits"])).toMatchObject({ status: 200, track: "green" });
    await orderFaults(project, "green", {});
  });

  it("takes a backup, one for a name", async () => {
    const { id } = await platform.backup("before-test");
    expect(id).toMatch(/^\d{8}-\d{6}F$/);
    expect(await platform.backup("before-test")).toEqual({ id });
  });

  it("starts again a server that was killed", async () => {
    const { servers } = await rehearse.status(project);
    process.kill(servers[0]!.pids.app!, "SIGKILL");
    await sleep(50);
    expect(await platform.capacity("blue", 100)).toMatchObject({ enough: false });
    await platform.restoreCapacity("blue", 1);
    await expect
      .poll(() => platform.capacity("blue", 100), { timeout: 20_000 })
      .toMatchObject({ enough: true });
  });

  it("has a journal that takes an entry from one writer only", async () => {
    const { journal } = platform;
    const other = rehearsalPlatform(project).journal;
    const entry: JournalEntry = { kind: "released", at: 1, by: "me" };
    const version = await journal.append(entry, null);
    await expect(other.append(entry, null)).rejects.toThrow(JournalConflict);
    await other.append({ ...entry, at: 2 }, version);
    expect((await journal.read()).entries.map(({ at }) => at)).toEqual([1, 2]);
  });

  it("lets one controller run at a time, and says who", async () => {
    const lock = await platform.journal.lock("ann");
    await expect(platform.journal.lock("bob")).rejects.toThrow(Held);
    await expect(platform.journal.lock("bob")).rejects.toThrow("run by ann");
    await lock.release();
    await (await platform.journal.lock("bob")).release();
  });
});

function sums(seconds: Awaited<ReturnType<ReturnType<typeof rehearsalPlatform>["metrics"]>>["seconds"]) {
  const total: Record<string, { requests: number; errors: number; slow: number }> = {};
  for (const { tracks } of seconds) {
    for (const [track, counts] of Object.entries(tracks)) {
      const { requests, errors, slow } = total[track] ?? { requests: 0, errors: 0, slow: 0 };
      total[track] = {
        requests: requests + counts.requests,
        errors: errors + counts.errors,
        slow: slow + counts.slow,
      };
    }
  }
  return total;
}
